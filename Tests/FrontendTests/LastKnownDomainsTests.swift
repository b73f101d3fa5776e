import Glibc
import ServiceProtocol
import Testing

@testable import Frontend

@Suite struct LastKnownDomainsTests {
    private static let text = """
        postern local-domains 1
        alias alias.example
        backup-mx backup.example
        local example.com
        end 3

        """

    @Test func theTextIsReadBack() throws {
        let domains = try LastKnownDomains(parsing: Self.text)
        #expect(domains.kinds == ["alias.example": .alias, "backup.example": .backupMX, "example.com": .local])
        #expect(domains.text == Self.text)
        #expect(LastKnownDomains().text == "postern local-domains 1\nend 0\n")
        #expect(try LastKnownDomains(parsing: LastKnownDomains().text) == LastKnownDomains())
    }

    /// Cut anywhere, a file is no list: half of one would call domains foreign that are not.
    @Test func aFileThatWasCutIsNone() {
        for length in 0..<Self.text.utf8.count {
            #expect(throws: LastKnownDomains.Damage.self, "\(length)") {
                try LastKnownDomains(parsing: String(Self.text.prefix(length)))
            }
        }
    }

    @Test(arguments: [
        (("local-domains 1", "local-domains 2"), "line 1: not \"postern local-domains 1\""),
        (("local example", "remote example"), "line 4: not a kind and a domain"),
        (("local example.com", "local Example.com"), "line 4: not a kind and a domain"),
        (("alias alias.example", "alias"), "line 2: not a kind and a domain"),
        (("alias alias.example", "alias  alias.example"), "line 2: not a kind and a domain"),
        (("alias alias.example", "local example.com"), "line 5: not \"end 2\""),
        (("end 3", "end 4"), "line 5: not \"end 3\""),
        (("end 3\n", "end 3\nmore\n"), "line 5: not a kind and a domain"),
    ]) func damageIsNamed(_ change: (String, String), _ message: String) {
        let damage = #expect(throws: LastKnownDomains.Damage.self) {
            try LastKnownDomains(parsing: Self.text.replacing(change.0, with: change.1))
        }
        #expect(damage?.description == message)
    }

    @Test(
        arguments: [
            ("local:example.com", "yes"), ("local:alias.example", "yes"), ("local:backup.example", "yes"),
            ("local:mx.example.org", "yes"), ("local:example.net", "no"), ("alias-target:alias.example", nil),
        ] as [(String, String?)])
    func whatItTells(_ name: String, _ expected: String?) throws {
        let domains = try LastKnownDomains(parsing: Self.text)
        #expect(domains.value(of: try #require(FactName(parsing: name)), hostnames: ["mx.example.org"]) == expected)
    }

    @Test func onlyTheUnknownIsCompleted() throws {
        let names = ["local:example.com", "local:x.example", "local:y.example", "alias-target:example.com"]
            .compactMap(FactName.init(parsing:))
        let facts: AttachedFacts = [names[0]: "unknown", names[1]: "yes", names[2]: "unknown", names[3]: "unknown"]
        #expect(LastKnownLocality().completing(facts) == facts)
        let known = LastKnownLocality(domains: try LastKnownDomains(parsing: Self.text))
        #expect(known.completing(facts) == [names[0]: "yes", names[1]: "yes", names[2]: "no", names[3]: "unknown"])
    }

    // MARK: - The file

    private static func withDirectory(_ body: (String) throws -> Void) throws {
        var path = Array("/tmp/local-domains.XXXXXX".utf8CString)
        let directory = try #require(mkdtemp(&path).map { String(cString: $0) })
        defer {
            for name in ["local-domains", "local-domains.\(getpid())"] { unlink("\(directory)/\(name)") }
            rmdir("\(directory)/local-domains")
            rmdir(directory)
        }
        try body(directory)
    }

    @Test func theFileIsReplaced() throws {
        try Self.withDirectory { directory in
            let file = LocalDomainsFile(stateDirectory: directory)
            #expect(try file.read() == nil)
            let domains = try LastKnownDomains(parsing: Self.text)
            try file.write(domains)
            #expect(try file.read() == domains)
            try file.write(LastKnownDomains())
            #expect(try file.read() == LastKnownDomains())
            #expect(access("\(directory)/local-domains.\(getpid())", F_OK) != 0)
            var information = stat()
            #expect(stat("\(directory)/local-domains", &information) == 0)
            #expect(information.st_mode & 0o777 == 0o600)
        }
    }

    @Test func whatIsNoFileIsAnError() throws {
        try Self.withDirectory { directory in
            mkdir("\(directory)/local-domains", 0o700)
            let file = LocalDomainsFile(stateDirectory: directory)
            #expect(throws: (any Error).self) { try file.read() }
            // The old thing stays, and nothing is left beside it.
            #expect(throws: (any Error).self) { try file.write(LastKnownDomains()) }
            #expect(access("\(directory)/local-domains.\(getpid())", F_OK) != 0)
        }
        #expect(throws: (any Error).self) {
            try LocalDomainsFile(stateDirectory: "/nonexistent").write(LastKnownDomains())
        }
    }

    @Test func aFileThatIsTooLargeIsAnError() throws {
        try Self.withDirectory { directory in
            let path = "\(directory)/local-domains"
            let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
            #expect(ftruncate(descriptor, LastKnownDomains.maximumFileSize + 1) == 0)
            close(descriptor)
            let error = #expect(throws: (any Error).self) { try LocalDomainsFile(stateDirectory: directory).read() }
            #expect("\(String(describing: error))".contains("File too large"))
        }
    }
}
