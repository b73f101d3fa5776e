import Glibc
import SuiteFixture
import Testing

/// The frontend's list of local domains, and what it is for: SRS while the directory cannot be asked.
@Suite(.serialized) struct LocalDomainsTests {
    private static let list = """
        postern local-domains 1
        alias alias.example
        backup-mx backup.example
        local example.com
        end 3

        """

    private static func suite(frontend: String = "", sharingStateOf neighbour: Suite? = nil) throws -> Suite {
        let secrets = try TemporaryDirectory()
        let secret = try secrets.write("the secret of these tests\n", to: "secret", mode: 0o600)
        let suite = try Suite(
            frontend: frontend,
            services: """
                directory:
                  local-domains: [example.com]
                  alias-domains: { alias.example: example.com }
                  backup-mx-domains: [backup.example]
                srs: { domain: srs.test, secret-file: \(secret) }
                """, sharingStateOf: neighbour)
        // The secret is read at the service's first start.
        guard suite.postern(["status", "srs"]).status == 0 else { throw FixtureError(suite.log) }
        _ = secrets
        return suite
    }

    /// A frontend whose directory is not where it is looked for.
    private static let withoutDirectory = "  services: { directory: { endpoints: [\"unix:nowhere.sock\"] } }"

    private func forward(_ key: String, _ suite: Suite) throws -> Substring {
        let table = try #require(Socket(.tcp(suite.forwardPort), timeout: 10))
        table.send("get \(key)\n")
        return try #require(table.receive(through: "\n")).dropLast()
    }

    private func expectLocality(_ suite: Suite) throws {
        for domain in ["example.com", "alias.example", "backup.example"] {
            #expect(try forward("a@\(domain)", suite) == "500 Domain%20is%20a%20local%20mail%20domain,%20bypassed.")
        }
        #expect(try forward("a@example.net", suite).hasPrefix("200 SRS0="))
        #expect(try forward("a@mx.test", suite).hasPrefix("500 "))
    }

    @Test(arguments: [SIGSTOP, SIGKILL]) func theDirectoryGoesAway(signal: CInt) throws {
        let suite = try Self.suite()
        let path = "\(suite.stateDirectory)/local-domains"
        #expect(eventually(within: 20) { contents(of: path) == Self.list })
        try expectLocality(suite)
        if signal == SIGKILL {
            // Gone for good: its socket's place is taken by nobody.
            try suite.rewriteConfiguration {
                $0.replacing("frontend:\n", with: "frontend:\n\(Self.withoutDirectory)\n")
            }
            #expect(suite.postern(["reload", "frontend"]).status == 0)
        } else {
            #expect(suite.send(signal, to: "directory"))
        }
        // The directory's own words are remembered for less than a second.
        usleep(1_000_000)
        try expectLocality(suite)
        suite.send(SIGCONT, to: "directory")
    }

    /// What an earlier process has fetched is known at the start.
    @Test func theListOutlivesTheFrontend() throws {
        let first = try Self.suite()
        #expect(eventually(within: 20) { contents(of: "\(first.stateDirectory)/local-domains") == Self.list })
        first.stop()
        let second = try Self.suite(frontend: Self.withoutDirectory, sharingStateOf: first)
        try expectLocality(second)
        #expect(!second.logLines(with: "3 local domains known from").isEmpty)
        #expect(eventually(within: 20) { !second.logLines(with: "upkeep of local-domains failed").isEmpty })
        let shown = second.postern(["status", "frontend"])
        #expect(shown.output.contains("upkeep.local-domains.failed"))
    }

    /// Without a list nobody knows what is local, and rewriting a local sender would be worse than not rewriting.
    @Test func withoutAListNothingIsRewritten() throws {
        let suite = try Self.suite(frontend: Self.withoutDirectory)
        for key in ["a@example.com", "a@example.net"] { #expect(try forward(key, suite) == "500 ") }
        #expect(!suite.logLines(with: "whether its domain is local is not known").isEmpty)
    }

    /// A damaged file is a warning, and is replaced as soon as the directory is there.
    @Test func aDamagedListIsIgnored() throws {
        let first = try Self.suite(frontend: Self.withoutDirectory)
        first.stop()
        let path = "\(first.stateDirectory)/local-domains"
        let damaged = try first.directory.write(
            Self.list.replacing("end 3", with: "end 2"), to: "damaged", mode: 0o600)
        #expect(rename(damaged, path) == 0)
        let second = try Self.suite(frontend: Self.withoutDirectory, sharingStateOf: first)
        #expect(try forward("a@example.net", second) == "500 ")
        #expect(
            !second.logLines(with: "local-domains is ignored until it is fetched anew: line 5: not \"end 3\"").isEmpty)
        second.stop()
        let third = try Self.suite(sharingStateOf: first)
        #expect(try forward("a@example.net", third).hasPrefix("200 "))
        #expect(eventually(within: 20) { contents(of: path) == Self.list })
    }
}
