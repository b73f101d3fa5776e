import SuiteFixture
import Testing

/// Where the instances of a service keep what they share.
enum SharedStore: String, CaseIterable, CustomTestStringConvertible, Sendable {
    case sqlite, postgresql, mariadb

    var testDescription: String { rawValue }

    /// The mappings of the services that record.
    var configuration: String {
        guard self != .sqlite else { return "" }
        let store = "{ engine: \(rawValue), database: iredapd, user: postern }"
        return "greylist: { store: \(store) }\nthrottle: { store: \(store) }\n"
    }

    /// The unit of the database server, which belongs to the machine and is reached by its Unix socket.
    var server: (name: String, text: String)? {
        switch self {
        case .sqlite: nil
        case .postgresql:
            (
                "test-postgresql.service",
                """
                [Service]
                Type=notify
                User=postgres
                RuntimeDirectory=postgresql
                StateDirectory=test-postgresql
                ExecStartPre=/bin/sh -c 'exec /usr/lib/postgresql/*/bin/initdb -D %S/test-postgresql/data -A trust -U postgres -N'
                ExecStart=/bin/sh -c 'exec /usr/lib/postgresql/*/bin/postgres -D %S/test-postgresql/data -k %t/postgresql -c listen_addresses='
                ExecStartPost=/usr/bin/psql -h %t/postgresql -c 'CREATE ROLE postern LOGIN' -c 'CREATE DATABASE iredapd OWNER postern'

                """
            )
        case .mariadb:
            (
                "test-mariadb.service",
                """
                [Service]
                Type=notify
                User=mysql
                RuntimeDirectory=mysqld
                StateDirectory=test-mariadb
                ExecStartPre=/usr/bin/mariadb-install-db --no-defaults --datadir=%S/test-mariadb/data --auth-root-authentication-method=normal
                ExecStart=/usr/sbin/mariadbd --no-defaults --datadir=%S/test-mariadb/data --socket=%t/mysqld/mysqld.sock --skip-networking
                ExecStartPost=/usr/bin/mariadb --no-defaults -u root -S %t/mysqld/mysqld.sock -e "CREATE DATABASE iredapd; CREATE USER postern@localhost; GRANT ALL ON iredapd.* TO postern@localhost"

                """
            )
        }
    }
}

extension Machine {
    /// Starts the database server of a store, where it has one.
    func start(_ store: SharedStore) throws {
        guard let server = store.server else { return }
        try write(server.text, to: "\(Installation.units)/\(server.name)")
        try require("systemctl", "daemon-reload")
        let started = run("systemctl", "start", server.name)
        guard started.status == 0 else { throw FixtureError(started.output + journal(of: server.name)) }
    }
}
