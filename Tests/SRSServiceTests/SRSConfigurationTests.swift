import Configuration
import Glibc
import Logging
import SQLStore
import ServiceProtocol
import Testing

@testable import SRS

@Suite struct SRSConfigurationTests {
    let directory = TemporaryDirectory()

    private var secretFile: String { "\(directory.path)/secret" }

    @Test func defaults() throws {
        let read = try configuration("", directory: directory).srs
        #expect(read.domain == nil)
        #expect(read.secrets.isEmpty)
        #expect(read.validityDays == 20)
        #expect(read.hashLength == 4)
        #expect(read.onFailure == .notFound)
        #expect(read.store == StoreConfiguration(path: "\(directory.path)/srs.db"))
    }

    @Test func everyLineIsASecret() throws {
        directory.write("first\r\n\nsecond\n", to: "secret")
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
            ("on-failure: defer", "not-found or temporary"),
            ("separator: \"+\"", "separator"),
        ])
    func faults(_ text: String, _ expected: String) {
        let error = #expect(throws: ConfigurationErrors.self) { try configuration(text, directory: directory) }
        #expect("\(String(describing: error))".contains(expected), "\(String(describing: error))")
    }

    @Test func fileOfBlankLines() {
        directory.write("\n\n\n", to: "secret")
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
        directory.write("hidden\n", to: "secret")
        let read = try configuration("secret-file: \(secretFile), domain: fwd.example", directory: directory).srs
        let text = ConfigurationNode(mapping: [("srs", read.normalised())]).yaml()
        #expect(!text.contains("hidden"))
        #expect(text.contains(secretFile))
        #expect(text.contains("validity: 20d"))
    }
}
