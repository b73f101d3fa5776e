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
    /// The server of this directory alone, to be stopped and frozen.
    let own: (any DatabaseServer)?
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

    /// - Parameters:
    ///   - isOwn: Whether a database server is started for it alone.
    ///   - limits: Keys for the mapping of accounts.
    ///   - slapd: Further lines about OpenLDAP's database.
    init(
        _ backend: Backend, content: DirectoryContent = .site, ldif: String = "", isOwn: Bool = false,
        limits: String = "", slapd: String = ""
    ) throws {
        self.backend = backend
        directory = try TemporaryDirectory()
        switch backend {
        case .sqlite:
            databases = []
            ldap = nil
            own = nil
            places =
                "accounts: { path: \(directory.path)/directory.db }\n  "
                + Self.rest("path: \(directory.path)/directory.db")
            try Self.fillFile("\(directory.path)/directory.db", content, [.accounts, .lists, .reverseNames])
        case .postgreSQL:
            let server = isOwn ? try PostgreSQLServer() : try PostgreSQLServer.shared()
            own = isOwn ? server : nil
            databases = try (0..<3).map { _ in try server.makeDatabase() }
            ldap = nil
            places = Self.places(
                "engine: postgresql, host: \(server.directory.path), port: \(server.port)\(limits)", databases)
            try Self.fill(server, databases, content)
        case .mariaDB:
            let server = isOwn ? try MariaDBServer() : try MariaDBServer.shared()
            own = isOwn ? server : nil
            databases = try (0..<3).map { _ in try server.makeDatabase() }
            ldap = nil
            places = Self.places("engine: mariadb, host: \(server.directory.path)/my.sock\(limits)", databases)
            try Self.fill(server, databases, content)
        case .ldap:
            // As in iRedMail, the lists stay in SQL.
            databases = []
            own = nil
            let server = try OpenLDAPServer(
                ldif: content.ldif(below: OpenLDAPServer.baseDN) + "\n" + ldif, settings: slapd)
            ldap = server
            let secret = try directory.write(OpenLDAPServer.password, to: "password", mode: 0o600)
            let path = "path: \(directory.path)/directory.db"
            places = "accounts: \(Self.ldapMapping(server, secret, limits))\n  " + Self.rest(path)
            try Self.fillFile("\(directory.path)/directory.db", content, [.lists, .reverseNames])
        }
    }

    static func ldapMapping(_ server: OpenLDAPServer, _ secret: String, _ more: String = "") -> String {
        """
        { engine: ldap, uri: "ldap://127.0.0.1:\(server.port)", base-dn: "\(OpenLDAPServer.baseDN)", \
        bind-dn: "\(OpenLDAPServer.bindDN)", password-file: \(secret)\(more) }
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
    /// - Parameter accounts: The mapping of accounts instead of this site's.
    func service(
        _ settings: String = "", accounts: String? = nil, log: Logger? = nil
    ) throws -> DirectoryService {
        let kept = places.split(separator: "\n").filter { !$0.contains("accounts: {") }.joined(separator: "\n")
        let places = accounts.map { "accounts: \($0)\n\(kept)" } ?? self.places
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

    /// Runs statements in one of the databases, as an administrator.
    func administer(_ script: String, database place: Int) throws {
        switch backend {
        case .postgreSQL: try PostgreSQLServer.shared().administer(script, database: databases[place])
        case .mariaDB: try MariaDBServer.shared().administer(script, database: databases[place])
        case .sqlite, .ldap: throw FixtureError("not a database server")
        }
    }

    // MARK: - Filling

    private enum Part { case accounts, lists, reverseNames }

    /// The service itself makes its file.
    private static func file(_ path: String) throws -> any SQLConnection {
        let text =
            "directory: { accounts: { path: \(path) }, lists: { path: \(path) }, reverse-names: { path: \(path) } }"
        let read = try ConfigurationDocument(text: text, file: "test.yaml").read { top in
            let common = CommonConfiguration(from: top.mapping("common"))
            return (DirectoryConfiguration(from: top.mapping("directory"), common: common), common)
        }
        let service = try DirectoryService(
            configuration: read.0, common: read.1, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        service.stop()
        return try SQLiteConnection(SQLiteConfiguration(path: path))
    }

    private static func fillFile(_ path: String, _ content: DirectoryContent, _ parts: [Part]) throws {
        let connection = try file(path)
        defer { connection.close() }
        try fill(connection, content, parts)
    }

    private static func fill(_ server: some DatabaseServer, _ databases: [String], _ content: DirectoryContent) throws {
        let parts: [Part] = [.accounts, .lists, .reverseNames]
        for (database, part) in zip(databases, parts) {
            let connection = try server.connect(to: database)
            if part == .accounts { try connection.executeScript(AccountSchema.script(connection.dialect)) }
            if part == .lists { try connection.executeScript(AccountSchema.lists(connection.dialect)) }
            defer { connection.close() }
            if part == .reverseNames { try connection.executeScript(AccountSchema.reverseNames(connection.dialect)) }
            try fill(connection, content, [part])
            // The rows came with their numbers; those of others must not collide with them.
            if part == .lists, connection.dialect == .postgreSQL {
                for table in ["users", "mailaddr"] {
                    _ = try connection.query("SELECT setval('\(table)_id_seq', 1000)")
                }
            }
        }
    }

    private static func fill(_ connection: any SQLConnection, _ content: DirectoryContent, _ parts: [Part]) throws {
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
