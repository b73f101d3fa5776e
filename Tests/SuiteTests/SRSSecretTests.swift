import Glibc
import SuiteFixture
import Testing

/// `postern srs secret`, beside running services.
@Suite(.serialized) struct SRSSecretTests {
    private let directory: TemporaryDirectory
    private let suite: Suite
    private var file: String { "\(directory.path)/secret" }

    init() throws {
        directory = try TemporaryDirectory()
        let file = try directory.write("the secret of before\n", to: "secret", mode: 0o600)
        suite = try Suite(services: "srs: { domain: srs.test, secret-file: \(file) }\n")
        guard suite.postern(["status", "srs"]).status == 0 else { throw FixtureError(suite.log) }
    }

    private func rows(_ outcome: Command.Outcome) -> [[String]] {
        outcome.output.split(separator: "\n").dropFirst().map { $0.split(separator: " ").map(String.init) }
    }

    private func listed() -> [[String]] { rows(suite.postern(["srs", "secret", "list"])) }

    private func forward(_ key: String) throws -> String {
        let outcome = suite.postern(["lookup", "srs-forward", key])
        return try #require(
            outcome.output.split(separator: " ").last.map { String($0.dropLast()) }, "\(outcome.output)")
    }

    private func reverse(_ key: String) -> String { suite.postern(["lookup", "srs-reverse", key]).output }

    @Test func rotation() throws {
        let before = listed()
        #expect(before.count == 1 && before[0].dropFirst() == ["signs", "-"])
        let old = try forward("a@example.net")

        let added = suite.postern(["srs", "secret", "add"])
        #expect(added.status == 0, "\(added.output)")
        #expect(rows(added) == listed())
        let new = listed()[1][0]
        #expect(listed().map { $0[1] } == ["signs", "verifies"])
        #expect(try forward("a@example.net") == old)

        let promoted = suite.postern(["srs", "secret", "promote", String(new.prefix(8))])
        #expect(promoted.status == 0, "\(promoted.output)")
        let after = listed()
        #expect(after.map { $0[1] } == ["signs", "verifies"] && after[0] == [new, "signs", "-"])
        #expect(after[1][0] == before[0][0] && after[1][2] != "-")
        let signed = try forward("a@example.net")
        #expect(signed != old)
        for address in [old, signed] { #expect(reverse(address) == "found: a@example.net\n") }

        #expect(suite.postern(["srs", "secret", "remove", new]).status == EX_DATAERR)
        #expect(suite.postern(["srs", "secret", "remove", before[0][0]]).status == 0)
        #expect(listed() == [[new, "signs", "-"]])
        #expect(reverse(old).contains("not-found: "))
        #expect(reverse(signed) == "found: a@example.net\n")
    }

    /// No secret leaves the file: not in a reply, not in the log. The file stays its owner's alone.
    @Test func secretsStayInTheirFile() throws {
        let outcomes = [["add"], ["list"]].map { suite.postern(["srs", "secret"] + $0).output }
        let secrets = contents(of: file).split(separator: "\n")
        #expect(secrets.count == 2 && secrets[1].utf8.count == 64)
        for secret in secrets {
            #expect(!outcomes.joined().contains(secret))
            #expect(!suite.log.contains(secret))
        }
        var status = stat()
        #expect(stat(file, &status) == 0 && status.st_mode & 0o7777 == 0o600)
        #expect(access("\(file).new", F_OK) != 0)
    }

    @Test func aMissingFileIsMade() throws {
        unlink(file)
        #expect(suite.postern(["srs", "secret", "add"]).status == 0)
        var status = stat()
        #expect(stat(file, &status) == 0 && status.st_mode & 0o7777 == 0o600)
        #expect(listed().map { $0[1] } == ["signs"])
    }

    @Test func whatIsRefused() throws {
        let before = contents(of: file)
        for arguments in [
            ["promote", "zz"], ["remove", "zz"], ["remove", listed()[0][0]], ["promote", listed()[0][0]],
        ] {
            let outcome = suite.postern(["srs", "secret"] + arguments)
            #expect(outcome.status == EX_DATAERR, "\(arguments): \(outcome.output)")
        }
        // Standard input is empty.
        #expect(suite.postern(["srs", "secret", "add", "--stdin"]).status == EX_DATAERR)
        // A secret does not belong on a command line.
        #expect(suite.postern(["srs", "secret", "add", "hunter2hunter2hunter2"]).status == EX_USAGE)
        chmod(file, 0o644)
        #expect(suite.postern(["srs", "secret", "add"]).output.contains("is open to every user"))
        #expect(contents(of: file) == before)
    }
}
