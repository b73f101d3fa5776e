import Configuration
import DatabaseFixture
import Directory
import DirectoryCases
import Logging
import MailTypes
import SQLStore
import ServiceProtocol
import SuiteFixture
import Synchronization

/// The backends of accounts.
enum Backend: String, CaseIterable, Sendable {
    case sqlite, postgreSQL, mariaDB, ldap
}

/// A site on one backend: accounts, lists and reverse names in three databases, where the backend has several.
final class TestDirectory: Sendable {
    let backend: Backend
    /// The lines of the mapping `directory` that say where everything is.
    let places: String
    let directory: TemporaryDirectory
    let ldap: OpenLDAPServer?
    /// The names of the databases of accounts, lists and reverse names.
    let databases: [String]

    /// One for all tests of this process that only read.
    static func shared(_ backend: Backend) throws -> TestDirectory {
        try all.withLock { all in
            if let known = all[backend] { return known }
            let made = try TestDirectory(backend)
            all[backend] = made
            return made
        }
    }

    private static let all = Mutex<[Backend: TestDirectory]>([:])

    init(_ backend: Backend, content: DirectoryContent = .site, lists: Backend? = nil) throws {
        self.backend = backend
        directory = try TemporaryDirectory()
        switch backend {
        case .sqlite:
            databases = []
            ldap = nil
            places = "accounts: { path: \(directory.path)/directory.db }\n  " + Self.rest("path: \(directory.path)/directory.db")
            try Self.fill(try Self.file("\(directory.path)/directory.db"), content, [.accounts, .lists, .reverseNames])
        case .postgreSQL:
            let server = try PostgreSQLServer.shared()
            databases = try (0..<3).map { _ in try server.makeDatabase() }
            ldap = nil
            places = Self.places("engine: postgresql, host: \(server.directory.path), port: \(server.port)", databases)
            try Self.fill(server, databases, content)
        case .mariaDB:
            let server = try MariaDBServer.shared()
            databases = try (0..<3).map { _ in try server.makeDatabase() }
            ldap = nil
            places = Self.places("engine: mariadb, host: \(server.directory.path)/my.sock", databases)
            try Self.fill(server, databases, content)
        case .ldap:
            // As in iRedMail, the lists stay in SQL.
            databases = []
            let server = try OpenLDAPServer(ldif: content.ldif(below: OpenLDAPServer.baseDN))
            ldap = server
            let secret = try directory.write(OpenLDAPServer.password, to: "password", mode: 0o600)
            let path = "path: \(directory.path)/directory.db"
            places = "accounts: \(Self.ldapMapping(server, secret))\n  " + Self.rest(path)
            try Self.fill(try Self.file("\(directory.path)/directory.db"), content, [.lists, .reverseNames])
        }
    }

    static func ldapMapping(_ server: OpenLDAPServer, _ secret: String) -> String {
        """
        { engine: ldap, uri: "ldap://127.0.0.1:\(server.port)", base-dn: "\(OpenLDAPServer.baseDN)", \
        bind-dn: "\(OpenLDAPServer.bindDN)", password-file: \(secret) }
        """
    }

    private static func rest(_ place: String) -> String {
        "lists: { \(place) }\n  reverse-names: { \(place) }"
    }

    private static func places(_ server: String, _ databases: [String]) -> String {
        zip(["accounts", "lists", "reverse-names"], databases).map { key, database in
            "\(key): { \(server), database: \(database), user: postern }"
        }.joined(separator: "\n  ")
    }

    /// A service with these settings.
    func service(_ settings: String = "", log: Logger? = nil) throws -> DirectoryService {
        let text = """
            common: { hostname: mx.example.net, state-directory: \(directory.path) }
            directory:
              \(places)
              \(settings)
            """
        let read = try ConfigurationDocument(text: text, file: "test.yaml").read { top in
            let common = CommonConfiguration(from: top.mapping("common"))
            return (DirectoryConfiguration(from: top.mapping("directory"), common: common), common)
        }
        let clock = ServiceClock(unixSeconds: { DirectoryCases.now }, monotonic: { MonotonicInstant.now })
        return try DirectoryService(
            configuration: read.0, common: read.1, clock: clock,
            log: log ?? Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    // MARK: - Filling

    private enum Part { case accounts, lists, reverseNames }

    /// The service itself makes its file.
    private static func file(_ path: String) throws -> any SQLConnection {
        let text = "directory: { accounts: { path: \(path) }, lists: { path: \(path) }, reverse-names: { path: \(path) } }"
        let read = try ConfigurationDocument(text: text, file: "test.yaml").read { top in
            let common = CommonConfiguration(from: top.mapping("common"))
            return (DirectoryConfiguration(from: top.mapping("directory"), common: common), common)
        }
        let service = try DirectoryService(
            configuration: read.0, common: read.1, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        service.stop()
        return try SQLiteConnection(SQLiteConfiguration(path: path))
    }

    private static func fill(_ server: some DatabaseServer, _ databases: [String], _ content: DirectoryContent) throws {
        let parts: [Part] = [.accounts, .lists, .reverseNames]
        for (database, part) in zip(databases, parts) {
            let connection = try server.connect(to: database)
            if part == .accounts { try connection.executeScript(AccountSchema.script(connection.dialect)) }
            if part == .lists { try connection.executeScript(AccountSchema.lists(connection.dialect)) }
            if part == .reverseNames { try connection.executeScript(AccountSchema.reverseNames(connection.dialect)) }
            try fill(connection, content, [part])
        }
    }

    private static func fill(_ connection: any SQLConnection, _ content: DirectoryContent, _ parts: [Part]) throws {
        defer { connection.close() }
        var all: [DirectoryContent.Rows] = []
        if parts.contains(.accounts) {
            all += content.accountRows + [content.userRows { AccountSchema.time($0, connection.dialect) }]
        }
        if parts.contains(.lists) {
            all += content.accessRows { AddressPattern(parsing: $0)?.amavisPriority ?? 0 }
        }
        if parts.contains(.reverseNames) { all.append(content.reverseNameRows) }
        try connection.transaction {
            for (statement, rows) in all {
                try connection.execute(statement, rows: rows.map { $0.map { value($0, connection.dialect) } })
            }
        }
    }

    private static func value(_ value: DirectoryContent.Value, _ dialect: SQLDialect) -> SQLValue {
        switch value {
        case .text(let text): .text(text)
        case .number(let number): .integer(Int64(number))
        case .bytes(let text): dialect == .sqlite ? .text(text) : .blob(Array(text.utf8))
        }
    }
}
