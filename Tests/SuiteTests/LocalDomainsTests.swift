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

    private let suite: Suite
    private var file: String { "\(suite.stateDirectory)/local-domains" }

    init() throws {
        let secrets = try TemporaryDirectory()
        let secret = try secrets.write("the secret of these tests\n", to: "secret", mode: 0o600)
        suite = try Suite(
            services: """
                directory:
                  local-domains: [example.com]
                  alias-domains: { alias.example: example.com }
                  backup-mx-domains: [backup.example]
                srs: { domain: srs.test, secret-file: \(secret) }
                """)
        // The secret is read at the service's first start.
        guard suite.postern(["status", "srs"]).status == 0 else { throw FixtureError(suite.log) }
        _ = secrets
    }

    /// From now on the frontend looks for the directory where nobody is.
    private func takeTheDirectoryAway() throws {
        let nowhere = "  services: { directory: { endpoints: [\"unix:nowhere.sock\"] } }"
        try suite.rewriteConfiguration { $0.replacing("frontend:\n", with: "frontend:\n\(nowhere)\n") }
        #expect(suite.postern(["reload", "frontend"]).status == 0)
        // The directory's own words are remembered for less than a second.
        usleep(1_000_000)
    }

    /// Another frontend, which knows nothing but what is on disk.
    private func restartTheFrontend() throws {
        let old = try suite.runningProcess(of: "frontend")
        #expect(suite.killNine("frontend"))
        #expect(eventually { suite.process(of: "frontend").map { $0 != old } ?? false })
    }

    private func forward(_ key: String) throws -> Substring {
        let table = try #require(Socket(.tcp(suite.forwardPort), timeout: 10))
        table.send("get \(key)\n")
        return try #require(table.receive(through: "\n")).dropLast()
    }

    private func expectLocality() throws {
        for domain in ["example.com", "alias.example", "backup.example"] {
            #expect(try forward("a@\(domain)") == "500 Domain%20is%20a%20local%20mail%20domain,%20bypassed.")
        }
        #expect(try forward("a@example.net").hasPrefix("200 SRS0="))
        #expect(try forward("a@mx.test").hasPrefix("500 "))
    }

    @Test func theDirectoryFreezes() throws {
        #expect(eventually(within: 20) { contents(of: file) == Self.list })
        try expectLocality()
        #expect(suite.send(SIGSTOP, to: "directory"))
        usleep(1_000_000)
        try expectLocality()
        #expect(suite.send(SIGCONT, to: "directory"))
    }

    @Test func theDirectoryIsGone() throws {
        #expect(eventually(within: 20) { contents(of: file) == Self.list })
        try takeTheDirectoryAway()
        try expectLocality()
    }

    /// What an earlier process has fetched is known at the start.
    @Test func theListOutlivesTheFrontend() throws {
        #expect(eventually(within: 20) { contents(of: file) == Self.list })
        try takeTheDirectoryAway()
        try restartTheFrontend()
        try expectLocality()
        #expect(!suite.logLines(with: "3 local domains known from \(file)").isEmpty)
        #expect(eventually(within: 30) { !suite.logLines(with: "upkeep of local-domains failed").isEmpty })
        #expect(suite.postern(["status", "frontend"]).output.contains("upkeep.local-domains.failed"))
        #expect(contents(of: file) == Self.list)
    }

    /// Without a list nobody knows what is local, and rewriting a local sender would be worse than not rewriting.
    @Test func withoutAListNothingIsRewritten() throws {
        try takeTheDirectoryAway()
        unlink(file)
        try restartTheFrontend()
        for key in ["a@example.com", "a@example.net"] { #expect(try forward(key) == "500 ") }
        #expect(eventually { !suite.logLines(with: "whether its domain is local is not known").isEmpty })
        #expect(access(file, F_OK) != 0)
    }

    /// A damaged file is a warning, and is replaced as soon as the directory is there.
    @Test func aDamagedListIsIgnored() throws {
        try takeTheDirectoryAway()
        try suite.directory.write(Self.list.replacing("end 3", with: "end 2"), to: "state/local-domains", mode: 0o600)
        try restartTheFrontend()
        #expect(try forward("a@example.net") == "500 ")
        let warning = "local-domains is ignored until it is fetched anew: line 5: not \"end 3\""
        #expect(eventually { !suite.logLines(with: warning).isEmpty })
        try suite.rewriteConfiguration { $0.replacing("unix:nowhere.sock", with: "unix:directory.sock") }
        #expect(suite.postern(["reload", "frontend"]).status == 0)
        #expect(try forward("a@example.net").hasPrefix("200 "))
        #expect(eventually(within: 60) { contents(of: file) == Self.list })
    }
}
