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

    // MARK: - Standard input

    /// Adds what the shell's printf makes of `format`.
    private func add(_ format: String) -> Command.Outcome {
        let script = "printf \"$2\" | \"$0\" srs secret add --stdin --config \"$1\""
        return Command.run(
            "/bin/sh", ["-c", script, "\(Suite.binaries)/postern", suite.configurationPath, format])
    }

    @Test func linesAreAdded() {
        var expected = contents(of: file)
        let lines: [(String, String)] = [
            ("0123456789abcdef\\n", "0123456789abcdef"), ("one with CR and LF\\r\\nmore\\n", "one with CR and LF"),
            ("one without an end", "one without an end"), ("one with letters \\303\\244\\n", "one with letters ä"),
        ]
        for (format, line) in lines {
            let outcome = add(format)
            #expect(outcome.status == 0, "\(outcome.output)")
            expected += line + "\n"
            #expect(contents(of: file) == expected)
        }
        #expect(listed().map { $0[1] } == ["signs", "verifies", "verifies", "verifies", "verifies"])
    }

    /// Neither the file as it was written nor the secret in it may be another than was meant.
    @Test func linesThatCouldNotBeReadBackAreRefused() {
        let before = contents(of: file)
        func long(_ count: Int) -> String { String(repeating: "a", count: count) + "\\n" }
        let lines: [(String, String)] = [
            ("short\\n", "standard input holds no secret of 16 bytes or more"),
            ("0123456789abcdef\\377\\n", "the secret is not text in UTF-8"),
            ("0123456789\\303\\050abcdef\\n", "the secret is not text in UTF-8"),
            ("0123456789\\tabcdef\\n", "the secret holds a control character"),
            ("0123456789\\302\\205abcdef\\n", "the secret holds a control character"),
            ("0123456789\\342\\200\\250abcdef\\n", "the secret holds a line break"),
            ("0123456789\\342\\200\\251abcdef\\n", "the secret holds a line break"),
            (long(70_000), "the secret is longer than 64k"), (long(65_530), "\(file) would be larger than 64k"),
        ]
        for (format, words) in lines {
            let outcome = add(format)
            #expect(outcome.status == EX_DATAERR, "\(outcome.output)")
            #expect(outcome.output.contains("postern: \(words)"), "\(outcome.output)")
            #expect(contents(of: file) == before)
        }
    }

    /// Each line is short enough; the file must be so too.
    @Test func theFileDoesNotOutgrowItsReaders() {
        for letter in ["a", "b"] { #expect(add(String(repeating: letter, count: 30_000) + "\\n").status == 0) }
        let before = contents(of: file)
        let refused = add(String(repeating: "c", count: 30_000) + "\\n")
        #expect(refused.status == EX_DATAERR)
        #expect(refused.output.contains("\(file) would be larger than 64k"), "\(refused.output)")
        #expect(contents(of: file) == before)
        #expect(suite.postern(["srs", "secret", "add"]).status == 0)
        #expect(listed().count == 4)
    }

    // MARK: - Reload

    /// A service that refuses does not keep the others from the new configuration.
    @Test func aReloadAsksThoseBehindARefusal() {
        unlink(file)
        let outcome = suite.postern(["reload"])
        #expect(outcome.status == EX_DATAERR, "\(outcome.output)")
        #expect(outcome.output.contains("postern: srs: "), "\(outcome.output)")
        for name in ["directory", "greylist", "throttle", "reputation", "frontend"] {
            #expect(outcome.output.contains("\(name): reloaded\n"), "\(outcome.output)")
        }
        #expect(!outcome.output.contains("srs: reloaded"))
        // One that is not there is the graver fault, wherever it stands.
        let named = suite.postern(["reload", "srs", "greylist@7", "frontend"])
        #expect(named.status == EX_UNAVAILABLE)
        #expect(named.output.contains("postern: srs: "), "\(named.output)")
        #expect(named.output.contains("postern: cannot reach \(suite.runtimeDirectory)/greylist@7-admin.sock: "))
        #expect(named.output.contains("frontend: reloaded\n"))
    }
}
