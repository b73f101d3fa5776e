internal import Configuration

/// The keys of a mapping `store`, each asked for whatever the engine is, and refused where it means nothing.
struct StoreKeys {
    let path: String?
    let passwordFile: String?
    let server: ServerConfiguration

    private static let serverKeys = [
        "host", "port", "database", "user", "password-file", "tls", "tls-ca-file", "connect-timeout",
        "statement-timeout",
    ]

    init(
        _ mapping: ConfigurationMapping, _ engine: StoreConfiguration.EngineName, database: String,
        applicationName: String
    ) {
        path = mapping.optional("path", as: .databaseFile)
        passwordFile = mapping.item("password-file")?.scalar?.text
        server = Self.server(mapping, engine, database: database, applicationName)
        Self.refuse(mapping, engine)
        Self.check(server, mapping, engine)
    }

    private static func server(
        _ mapping: ConfigurationMapping, _ engine: StoreConfiguration.EngineName, database: String,
        _ applicationName: String
    ) -> ServerConfiguration {
        let isPostgreSQL = engine == .postgresql
        let host = mapping.value(
            "host", default: isPostgreSQL ? "/run/postgresql" : "/run/mysqld/mysqld.sock", as: .host)
        var server = ServerConfiguration(
            host: host, port: mapping.int("port", default: isPostgreSQL ? 5432 : 3306, in: 1...65_535),
            database: mapping.string("database", default: database),
            user: mapping.string("user", default: database), password: mapping.optionalSecret("password"))
        server.tls = mapping.choice(
            "tls", of: ServerConfiguration.TLS.self, default: server.isLocalSocket ? .off : .prefer)
        server.tlsCAFile = mapping.value("tls-ca-file", default: server.tlsCAFile, as: .certificateFile)
        server.connectTimeout = Int(
            mapping.duration("connect-timeout", default: .seconds(2), in: .milliseconds(100)...(.seconds(30)))
                .milliseconds)
        server.statementTimeout = Int(
            mapping.duration("statement-timeout", default: .seconds(2), in: .milliseconds(100)...(.seconds(30)))
                .milliseconds)
        server.applicationName = applicationName
        return server
    }

    private static func refuse(_ mapping: ConfigurationMapping, _ engine: StoreConfiguration.EngineName) {
        guard engine == .sqlite else {
            if mapping.has("path") { mapping.report("path", "only for engine sqlite; a server has host and database") }
            return
        }
        for key in serverKeys where mapping.has(key) {
            mapping.report(key, "only for engine postgresql or mariadb; engine sqlite has path")
        }
    }

    private static func check(
        _ server: ServerConfiguration, _ mapping: ConfigurationMapping, _ engine: StoreConfiguration.EngineName
    ) {
        guard engine != .sqlite else { return }
        if server.isLocalSocket, server.tls == .require || server.tls == .verify {
            mapping.report("tls", "a Unix socket has no TLS; expected off or prefer")
        }
        if server.tls != .verify, mapping.has("tls-ca-file") {
            mapping.report("tls-ca-file", "only used with tls: verify")
        }
        if engine == .mariadb, server.isLocalSocket, mapping.has("port") {
            mapping.report("port", "a Unix socket of MariaDB has no port")
        }
    }
}

extension ConfigurationReading where Value == String {
    /// A host's name or address, or the path of a socket.
    fileprivate static var host: ConfigurationReading<String> {
        .parsed("a host name, an address, or the absolute path of a socket", placeholder: "/") { text in
            let isPath = text.hasPrefix("/") && text.utf8.count <= 100
            let isName = !text.isEmpty && text.utf8.count <= 255 && text.utf8.allSatisfy(isHostByte)
            return isPath || isName ? text : nil
        }
    }

    /// No comma: libpq takes it for the beginning of another host.
    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }

    fileprivate static var certificateFile: ConfigurationReading<String> {
        .parsed("the absolute path of a file with certificates", placeholder: "/") { $0.hasPrefix("/") ? $0 : nil }
    }
}
