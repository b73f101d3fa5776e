import Configuration
import Glibc
import Logging
import SQLStore
import ServiceProtocol
import SuiteFixture
import Testing

@testable import SRS

@Suite struct SRSConfigurationTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private var secretFile: String { "\(directory.path)/secret" }

    @Test func defaults() throws {
        let read = try configuration("", directory: directory).srs
        #expect(read.domain == nil)
        #expect(read.secrets.isEmpty)
        #expect(read.validityDays == 20)
        #expect(read.hashLength == 4)
        #expect(read.formerHashLengths.isEmpty)
        #expect(read.furtherDomains.isEmpty)
        #expect(read.keepOriginals == .tooLong)
        #expect(read.maximumOriginals == 500_000)
        #expect(read.onFailure == .notFound)
        #expect(read.store == StoreConfiguration(path: "\(directory.path)/srs.db"))
    }

    @Test func everyLineIsASecret() throws {
        try directory.writeSecret("first\r\n\nsecond\n")
        let read = try configuration("secret-file: \(secretFile), domain: Fwd.Example", directory: directory).srs
        #expect(read.domain == "fwd.example")
        #expect(read.secrets == ["first", "second"].compactMap { SRSSecret($0) })
    }

    @Test func missingFileIsNamed() {
        let error = #expect(throws: ConfigurationErrors.self) {
            try configuration("domain: fwd.example, secret-file: \(secretFile)", directory: directory)
        }
        #expect("\(String(describing: error))".contains("cannot read \(secretFile)"))
    }

    @Test(
        arguments: [
            ("domain: fwd.example", "required with domain"), ("hash-length: 3", "hash-length"),
            ("hash-length: 28", "hash-length"), ("validity: 36h", "whole days"), ("validity: 1023d", "validity"),
            ("validity: 0s", "validity"), ("secret: x", "secret-file"), ("domain: a b", "domain name"),
            ("on-failure: defer", "not-found or temporary"), ("former-hash-lengths: [3]", "former-hash-lengths"),
            ("keep-originals: sometimes", "too-long, always or never"), ("max-originals: 10", "max-originals"),
            ("further-domains: {a.example: []}", "required with further-domains"),
            ("further-domains: {a b: []}", "\"a b\" is not a domain name"),
            ("further-domains: {a.example: b.example}", "expected a list"),
            ("further-domains: {a.example: [b.example], c.example: [B.example]}", "b.example is given twice"),
            ("further-domains: {a.example: [], A.example: []}", "a.example is given twice"),
            ("domain: a.example, further-domains: {a.example: []}", "a.example is the domain already"),
            ("domain: \(String(repeating: "a.", count: 110))example", "the domain may have 213"),
            ("separator: \"+\"", "separator"),
        ])
    func faults(_ text: String, _ expected: String) {
        let error = #expect(throws: ConfigurationErrors.self) { try configuration(text, directory: directory) }
        #expect("\(String(describing: error))".contains(expected), "\(String(describing: error))")
    }

    @Test func endsOfSecrets() throws {
        try directory.writeSecret("first\nsecond\tuntil=2023-11-14\n")
        let read = try configuration("secret-file: \(secretFile), domain: fwd.example", directory: directory).srs
        #expect(read.secrets.map(\.lastDay) == [nil, 19675])
    }

    @Test func furtherDomains() throws {
        try directory.writeSecret("secret\n")
        let text = "secret-file: \(secretFile), domain: fwd.example, former-hash-lengths: [8, 12], "
        let read = try configuration(
            text + "further-domains: {Two.example: [B.example, bücher.example], old.example: []}", directory: directory
        ).srs
        #expect(read.furtherDomains.map(\.domain) == ["two.example", "old.example"])
        #expect(read.furtherDomains.map(\.originals) == [["b.example", "xn--bcher-kva.example"], []])
        #expect(read.formerHashLengths == [8, 12])
        let yaml = ConfigurationNode(mapping: [("srs", read.normalised())]).yaml()
        #expect(yaml.contains("two.example") && yaml.contains("xn--bcher-kva.example"))
    }

    @Test func fileOfBlankLines() throws {
        try directory.writeSecret("\n\n\n")
        #expect(throws: ConfigurationErrors.self) {
            try configuration("domain: fwd.example, secret-file: \(secretFile)", directory: directory)
        }
    }

    /// A configuration can be checked by who may not read its secrets, but not be run.
    @Test func unreadSecrets() throws {
        let read = try configuration(
            "domain: fwd.example, secret-file: \(secretFile)", directory: directory, secrets: .unread)
        #expect(read.srs.secrets.isEmpty)
        let error = #expect(throws: SRSService.ConfigurationError.self) {
            try SRSService(configuration: read.srs, common: read.common, log: .init(label: "test"))
        }
        #expect(error?.description.contains(secretFile) == true)
    }

    @Test func normalisedShowsNoSecret() throws {
        try directory.writeSecret("hidden\n")
        let read = try configuration("secret-file: \(secretFile), domain: fwd.example", directory: directory).srs
        let text = ConfigurationNode(mapping: [("srs", read.normalised())]).yaml()
        #expect(!text.contains("hidden"))
        #expect(text.contains(secretFile))
        #expect(text.contains("validity: 20d"))
    }
}
