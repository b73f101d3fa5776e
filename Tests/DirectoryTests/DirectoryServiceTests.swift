import Configuration
import DirectoryCases
import Glibc
import Logging
import ServiceProtocol
import Synchronization
import Testing

@testable import Directory

@Suite struct DirectoryServiceTests {
    static let text = """
        common: {hostname: mx.example.net}
        directory:
          local-domains: [Example.COM, bücher.example, example.com]
          alias-domains: {Alias.example: example.com}
          backup-mx-domains: [backup.example]
        """

    /// The service makes its database where the state is.
    private static let state = "/tmp/postern-directory-tests-\(getpid())"

    private static func read(
        _ text: String
    ) throws -> (directory: DirectoryConfiguration, common: CommonConfiguration) {
        mkdir(state, 0o700)
        return try ConfigurationDocument(text: text, file: "test.yaml").read { top in
            var common = CommonConfiguration(from: top.mapping("common"))
            common.stateDirectory = state
            return (DirectoryConfiguration(from: top.mapping("directory"), common: common), common)
        }
    }

    private static func service(_ text: String = text) throws -> DirectoryService {
        let read = try read(text)
        return try DirectoryService(
            configuration: read.directory, common: read.common,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, source: MemoryDirectory(DirectoryContent()))
    }

    private static func reply(_ service: DirectoryService, _ name: FactName) throws -> FactReply {
        let answer = Mutex<FactReply?>(nil)
        service.facts(FactRequest(names: [name])) { reply in answer.withLock { $0 = reply } }
        return try #require(Self.wait { answer.withLock { $0 } })
    }

    private static func value(_ service: DirectoryService, _ name: String) throws -> String? {
        let name = try #require(FactName(parsing: name))
        return try reply(service, name).values[name]
    }

    private static func administer(
        _ service: DirectoryService, _ arguments: [String: String], verb: String = "list"
    ) -> AdminReply? {
        let answer = Mutex<AdminReply?>(nil)
        service.administer(AdminRequest(verb: verb, arguments: arguments)) { reply in answer.withLock { $0 = reply } }
        return wait { answer.withLock { $0 } }
    }

    /// What comes within ten seconds.
    private static func wait<Value>(_ value: () -> Value?) -> Value? {
        for _ in 0..<10_000 {
            if let value = value() { return value }
            usleep(1_000)
        }
        return nil
    }

    @Test(
        arguments: [
            ("local:example.com", "yes"), ("local:xn--bcher-kva.example", "yes"), ("local:alias.example", "yes"),
            ("local:backup.example", "yes"), ("local:mx.example.net", "yes"), ("local:sub.example.com", "no"),
            ("local:example.org", "no"), ("alias-target:alias.example", "example.com"),
            ("alias-target:example.com", "none"), ("alias-target:example.org", "none"),
            // Not in A-label form, and not a kind of ours: unknown.
            ("local:Example.com", nil), ("local:bücher.example", nil), ("local:[192.0.2.1]", nil),
            ("spf-listed:example.com", nil),
            (
                "local-domains:.",
                "alias:alias.example backup-mx:backup.example local:example.com local:xn--bcher-kva.example "
            ),
            ("local-domains:backup.example", "local:example.com local:xn--bcher-kva.example "),
            ("local-domains:d.example", "local:example.com local:xn--bcher-kva.example "),
            ("local-domains:zzz", ""),
        ] as [(String, String?)])
    func facts(_ name: String, _ expected: String?) throws {
        #expect(try Self.value(Self.service(), name) == expected)
    }

    /// An empty file answers for every domain at once, and no longer than it is empty.
    @Test func whereThereIsNothingNobodyIsAsked() throws {
        let path = "\(Self.state)/nothing.db"
        defer { for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) } }
        let read = try Self.read("directory: { accounts: { path: \(path) } }")
        let service = try DirectoryService(
            configuration: read.directory, common: read.common,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        defer { service.stop() }
        for number in 0..<50 { #expect(try Self.value(service, "local:d\(number).example") == "no") }
        // The first domain, and whether there are any.
        #expect(service.statistics().first { $0.name == "lookups" }?.value == "2")
        #expect(Self.administer(service, ["what": "domains", "domain": "new.example"], verb: "add") == .done)
        #expect(try Self.value(service, "local:new.example") == "yes")
        #expect(try Self.value(service, "local:d1.example") == "no")
    }

    /// The same as long as nothing has changed, whatever is asked, and whether it was known or had to be asked for;
    /// another one after a verb, a reload and a restart.
    @Test func aChangeIsAnotherRevision() throws {
        let path = "\(Self.state)/revisions.db"
        defer { for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) } }
        let read = try Self.read("directory: { accounts: { path: \(path) } }")
        func start() throws -> DirectoryService {
            try DirectoryService(
                configuration: read.directory, common: read.common,
                log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        }
        func revision(_ service: DirectoryService, _ domain: String) throws -> String {
            let revision = try #require(try Self.reply(service, FactName(kind: "local", subject: domain)).revision)
            #expect(!revision.isEmpty && revision.utf8.count <= 64)
            return revision
        }
        let first = try start()
        var seen = [try revision(first, "a.example")]
        for domain in ["a.example", "b.example"] { #expect(try revision(first, domain) == seen[0]) }
        #expect(Self.administer(first, ["what": "domains", "domain": "a.example"], verb: "add") == .done)
        seen.append(try revision(first, "b.example"))
        #expect(Self.administer(first, ["what": "domains", "domain": "a.example"], verb: "delete") == .done)
        seen.append(try revision(first, "b.example"))
        first.apply(read.directory, common: read.common)
        seen.append(try revision(first, "b.example"))
        first.stop()
        let second = try start()
        seen.append(try revision(second, "b.example"))
        second.stop()
        #expect(Set(seen).count == 5, "\(seen)")
    }

    @Test func hello() throws {
        let hello = try Self.service().hello
        #expect(hello.service == "directory")
        #expect(hello.provides == ["local", "alias-target", "local-domains", "account", "address-kind"])
        #expect(hello.checks.contains("sender-login"))
        #expect(hello.records == ["whitelist-outbound-list"])
    }

    @Test func appliesAnotherConfiguration() throws {
        let service = try Self.service()
        let changed = try Self.read("directory: {local-domains: [other.example]}")
        service.apply(changed.directory, common: changed.common)
        #expect(try Self.value(service, "local:other.example") == "yes")
        #expect(try Self.value(service, "local:example.com") == "no")
    }

    @Test func listing() throws {
        let service = try Self.service()
        #expect(
            Self.administer(service, ["what": "local-domains"])
                == .done(
                    columns: ["domain", "kind", "target"],
                    rows: [
                        ["alias.example", "alias", "example.com"], ["backup.example", "backup-mx", ""],
                        ["example.com", "local", ""], ["xn--bcher-kva.example", "local", ""],
                    ], next: nil))
        let names = (0..<1_000).map { "d\($0 + 1_000).example" }
        let many = try Self.service("directory: {local-domains: [\(names.joined(separator: ", "))]}")
        guard case .done(_, let first, let next?) = Self.administer(many, ["what": "local-domains"]),
            case .done(_, let second, nil) = Self.administer(many, ["what": "local-domains", "after": next])
        else {
            Issue.record("not two pages")
            return
        }
        #expect((first + second).map { $0[0] } == names)
    }

    @Test(arguments: ["set", "add", "delete"])
    func verbsSayWhereTheSettingsAre(_ verb: String) throws {
        #expect(
            Self.administer(try Self.service(), ["what": "local-domains"], verb: verb)
                == .failed(
                    "the domains of the configuration are the keys directory.local-domains, alias-domains and "
                        + "backup-mx-domains; others are what=domains and what=alias-domains"))
        #expect(Self.administer(try Self.service(), [:], verb: "forget") == .failed("unknown verb forget"))
    }

    /// Page by page, each a value of one line on the wire.
    @Test func theListInPages() throws {
        let names = (0..<9_000).map { "domain-\($0 + 10_000).example" }
        let service = try Self.service("directory: {local-domains: [\(names.joined(separator: ", "))]}")
        var found: [Substring] = []
        var cursor = "."
        for _ in 0..<20 {
            let page = try #require(try Self.value(service, "local-domains:\(cursor)"))
            #expect(page.utf8.count < 65_000)
            var words = page.split(separator: " ")
            let isLast = words.last != "more"
            if !isLast { words.removeLast() }
            found += words.map { $0.dropFirst("local:".count) }
            if isLast { break }
            cursor = try #require(found.last.map(String.init))
        }
        #expect(found.map(String.init) == names)
    }

    @Test(
        arguments: [
            ("local-domains: [a b]", "a domain name"), ("alias-domains: {\"a b\": c.example}", "not a domain name"),
            ("alias-domains: {a.example: a.example}", "alias of itself"),
            ("alias-domains: {a.example: b.example, A.example: c.example}", "given twice"),
            ("local-domains: [a.example], alias-domains: {a.example: b.example}", "local-domains as well"),
            ("local-domain: [a.example]", "local-domains"),
        ])
    func faults(_ text: String, _ expected: String) {
        let error = #expect(throws: ConfigurationErrors.self) { try Self.read("directory: {\(text)}") }
        #expect("\(String(describing: error))".contains(expected), "\(String(describing: error))")
    }

    @Test func normalisedReadsBack() throws {
        let read = try Self.read(Self.text)
        let text = ConfigurationNode(mapping: [("directory", read.directory.normalised())]).yaml()
        #expect(try Self.read(text).directory.normalised().yaml() == read.directory.normalised().yaml())
        #expect(text.contains("xn--bcher-kva.example"))
    }
}
