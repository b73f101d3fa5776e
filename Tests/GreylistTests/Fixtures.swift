import Configuration
import MailTypes
import SQLStore
import ServiceProtocol
import SuiteFixture
import Testing

@testable import Greylist

extension TemporaryDirectory {
    var database: String { "\(path)/greylist.db" }
}

/// Reads the mappings `greylist` and `common` of a configuration.
func configuration(
    _ text: String, directory: TemporaryDirectory
) throws -> (greylist: GreylistConfiguration, common: CommonConfiguration) {
    let whole = """
        common: {state-directory: "\(directory.path)", trusted-networks: [198.51.100.0/24]}
        greylist: {\(text)}
        """
    return try ConfigurationDocument(text: whole, file: "test.yaml").read { top in
        let common = CommonConfiguration(from: top.mapping("common"))
        return (GreylistConfiguration(from: top.mapping("greylist"), common: common), common)
    }
}

/// An attempt as the rules take it apart.
func subject(
    _ client: String = "192.0.2.1", from sender: String = "a@sender.example", to recipient: String = "b@rcpt.example",
    aliasTarget: String? = nil, allWildcards: Bool = false
) throws -> GreylistSubject {
    GreylistSubject(
        client: try #require(IPAddress(parsing: client)), sender: EnvelopeAddress(parsing: sender),
        recipient: EnvelopeAddress(parsing: recipient), aliasTarget: aliasTarget.flatMap { Domain(parsing: $0) },
        delimiters: ["+"], allWildcards: allWildcards)
}

/// A store on a database in memory's place: a file that goes away with the directory.
func openStore(_ directory: TemporaryDirectory) throws -> GreylistStore<SQLiteConnection> {
    let connection = try SQLiteConnection(SQLiteConfiguration(path: directory.database))
    try connection.prepareRecording(trace: false)
    try connection.prepareGreylisting()
    return try GreylistStore(connection)
}
