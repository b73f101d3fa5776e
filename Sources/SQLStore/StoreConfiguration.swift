public import Configuration

/// The mapping `store` of a service: where it keeps its tables.
///
///     store: { engine: sqlite, path: /var/lib/postern/throttle.db }
///     store: { engine: postgresql, host: db.example.com, database: iredapd, user: iredapd,
///              password-file: /etc/postern/iredapd.password, tls: verify }
public struct StoreConfiguration: Hashable, Sendable {
    /// The engines that a store can have, by their names in the configuration.
    public enum EngineName: String, Hashable, Sendable, CaseIterable {
        /// SQLite.
        case sqlite
        /// PostgreSQL.
        case postgresql
        /// MariaDB or MySQL.
        case mariadb
    }

    /// An engine, and how to reach it.
    public enum Engine: Hashable, Sendable {
        /// A file on this host.
        case sqlite(SQLiteConfiguration)
        /// A PostgreSQL server.
        case postgreSQL(ServerConfiguration)
        /// A MariaDB or MySQL server.
        case mariaDB(ServerConfiguration)
    }

    /// The engine.
    public var engine: Engine
    /// `password-file`, for printing.
    private var passwordFile: String?

    /// A store in an SQLite file.
    public init(path: String) {
        engine = .sqlite(SQLiteConfiguration(path: path))
    }

    /// Reads `store`, or the path that `database` names, from a service's mapping.
    /// - Parameters:
    ///   - service: The mapping of the service.
    ///   - name: The service's name: the server shows it as the client's, and the default file is `NAME.db`.
    ///   - stateDirectory: Where the default file is.
    ///   - database: The default of `store.database` on a server.
    public init(
        from service: ConfigurationMapping, service name: String, stateDirectory: String, database: String = "iredapd"
    ) {
        let file = service.optional("database", as: .databaseFile)
        let mapping = service.mapping("store")
        if file != nil, mapping.isPresent {
            service.report("database", "expected either this or store, which names the file as store.path")
        }
        self.init(
            mapping: mapping, service: name, database: database, file: file ?? "\(stateDirectory)/\(name).db")
    }

    /// Reads a mapping with the keys of `store`, whatever its name.
    /// - Parameters:
    ///   - name: The service's name: the server shows it as the client's.
    ///   - database: The default of `database` on a server.
    ///   - file: The default of `path` for SQLite.
    public init(mapping: ConfigurationMapping, service name: String, database: String, file: String) {
        let kind = mapping.choice("engine", of: EngineName.self, default: .sqlite)
        let keys = StoreKeys(mapping, kind, database: database, applicationName: "postern-\(name)")
        passwordFile = keys.passwordFile
        switch kind {
        case .sqlite: engine = .sqlite(SQLiteConfiguration(path: keys.path ?? file))
        case .postgresql: engine = .postgreSQL(keys.server)
        case .mariadb: engine = .mariaDB(keys.server)
        }
    }

    /// The same, for somebody who only reads: a server that allows no writing will do.
    public var forReading: StoreConfiguration {
        var other = self
        switch engine {
        case .sqlite: break
        case .postgreSQL(var server):
            server.isReadOnly = true
            other.engine = .postgreSQL(server)
        case .mariaDB(var server):
            server.isReadOnly = true
            other.engine = .mariaDB(server)
        }
        return other
    }

    /// The name of the engine.
    public var engineName: EngineName {
        switch engine {
        case .sqlite: .sqlite
        case .postgreSQL: .postgresql
        case .mariaDB: .mariadb
        }
    }

    /// Opens the store: a file with `schema`, or a server with those of `tables` that are missing there.
    /// - Throws: What hinders it.
    public func connect(schema: SQLSchema, tables: [SQLTable]) throws(SQLError) -> any SQLConnection {
        switch engine {
        case .sqlite(let file): return try SQLiteConnection(file, schema: schema)
        case .postgreSQL(let server): return try Self.complete(PostgreSQLConnection(server), tables)
        case .mariaDB(let server): return try Self.complete(MariaDBConnection(server), tables)
        }
    }

    private static func complete(
        _ connection: some SQLConnection, _ tables: [SQLTable]
    ) throws(SQLError) -> any SQLConnection {
        do throws(SQLError) {
            try connection.createMissing(tables)
            return connection
        } catch {
            connection.close()
            throw error
        }
    }

    /// Whether a port means anything: a Unix socket of MariaDB has none.
    private var hasPort: Bool {
        if case .mariaDB(let server) = engine { return !server.isLocalSocket }
        return true
    }

    /// The mapping with every key written out; the password's file, never the password.
    public func normalised() -> ConfigurationNode {
        switch engine {
        case .sqlite(let file):
            ConfigurationNode(mapping: [
                ("engine", ConfigurationNode(engineName.rawValue)), ("path", ConfigurationNode(file.path)),
            ])
        case .postgreSQL(let server), .mariaDB(let server):
            ConfigurationNode(mapping: [
                ("engine", ConfigurationNode(engineName.rawValue)), ("host", ConfigurationNode(server.host)),
                ("port", hasPort ? ConfigurationNode(server.port) : nil),
                ("database", ConfigurationNode(server.database)),
                ("user", ConfigurationNode(server.user)), ("password-file", passwordFile.map { ConfigurationNode($0) }),
                ("tls", ConfigurationNode(server.tls.rawValue)),
                ("tls-ca-file", server.tls == .verify ? ConfigurationNode(server.tlsCAFile) : nil),
                ("connect-timeout", ConfigurationNode(.milliseconds(Int64(server.connectTimeout)))),
                ("statement-timeout", ConfigurationNode(.milliseconds(Int64(server.statementTimeout)))),
            ])
        }
    }
}

extension ConfigurationReading where Value == String {
    /// The path of a database file.
    static var databaseFile: ConfigurationReading<String> {
        .parsed("an absolute path such as /var/lib/postern", placeholder: "/") {
            $0.hasPrefix("/") && !$0.utf8.contains(0) ? $0 : nil
        }
    }
}
