internal import Configuration
internal import Glibc

/// The parameters of a connection as libpq takes them: never as one text that would have to be quoted, never in an
/// argument or the environment.
struct PostgreSQLParameters {
    private let pairs: [(name: String, value: String)]

    init(_ configuration: ServerConfiguration) {
        var pairs = [
            ("host", configuration.host), ("port", "\(configuration.port)"), ("dbname", configuration.database),
            ("user", configuration.user), ("client_encoding", "UTF8"), ("gssencmode", "disable"),
            ("application_name", configuration.applicationName), ("sslmode", Self.mode(configuration.tls)),
            // A peer that is gone is noticed by the system too, should nobody be waiting for it.
            ("keepalives_idle", "10"), ("keepalives_interval", "3"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "\(configuration.statementTimeout + ServerConfiguration.grace)"),
        ]
        if let password = configuration.password { pairs.append(("password", password.revealed())) }
        if configuration.tls == .verify { pairs.append(("sslrootcert", configuration.tlsCAFile)) }
        self.pairs = pairs
    }

    private static func mode(_ tls: ServerConfiguration.TLS) -> String {
        switch tls {
        case .off: "disable"
        case .prefer: "prefer"
        case .require: "require"
        case .verify: "verify-full"
        }
    }

    /// Calls `body` with the names and the values, both ended by a null pointer.
    func withPointers<Value>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> Value
    ) -> Value {
        let names = pairs.map { UnsafePointer(strdup($0.name)) } + [nil]
        let values = pairs.map { UnsafePointer(strdup($0.value)) } + [nil]
        defer {
            for pointer in names + values { free(UnsafeMutablePointer(mutating: pointer)) }
        }
        return body(names, values)
    }
}
