import Directory
import Greylist
import SQLStore
import SRS
import Throttle

/// A database of iRedAPD's tables that services of this configuration use.
struct SharedDatabase {
    /// Where it is; the user and the password are those of the first service that names it.
    var engine: StoreConfiguration.Engine
    /// The services.
    var services: [String]

    /// The servers' databases of a configuration, and the services that keep their tables in a file.
    static func all(_ suite: SuiteConfiguration) -> (databases: [SharedDatabase], inFiles: [String]) {
        var databases: [SharedDatabase] = []
        var inFiles: [String] = []
        for (name, part) in suite.parts {
            guard let store = (part as? any StoringConfiguration)?.store else { continue }
            guard let server = store.engine.server else {
                inFiles.append(name)
                continue
            }
            if let index = databases.firstIndex(where: { $0.engine.server?.isSameDatabase(as: server) == true }) {
                databases[index].services.append(name)
            } else {
                databases.append(SharedDatabase(engine: store.engine, services: [name]))
            }
        }
        return (databases, inFiles)
    }

    /// The place in words.
    var description: String {
        let server = engine.server
        return "database \(server?.database ?? "") at \(server?.host ?? "") (\(services.joined(separator: ", ")))"
    }
}

/// The configuration of a service that has tables of iRedAPD's.
protocol StoringConfiguration {
    var store: StoreConfiguration { get }
}

extension DirectoryConfiguration: StoringConfiguration {
    /// Of its tables the list of reverse names is iRedAPD's.
    var store: StoreConfiguration { reverseNames }
}

extension GreylistConfiguration: StoringConfiguration {}

extension SRSConfiguration: StoringConfiguration {}

extension ThrottleConfiguration: StoringConfiguration {}

extension StoreConfiguration.Engine {
    /// The server; nil for a file.
    var server: ServerConfiguration? {
        switch self {
        case .sqlite: nil
        case .postgreSQL(let server), .mariaDB(let server): server
        }
    }
}

extension ServerConfiguration {
    func isSameDatabase(as other: ServerConfiguration) -> Bool {
        (host, port, database) == (other.host, other.port, other.database)
    }
}
