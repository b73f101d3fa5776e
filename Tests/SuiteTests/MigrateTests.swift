import DatabaseFixture
import Glibc
import SQLStore
import SuiteFixture
import Testing

/// `postern migrate`: what it prints and how it ends.
@Suite(.serialized) struct MigrateTests {
    private static let upstream = """
        CREATE TABLE throttle (id SERIAL PRIMARY KEY, account VARCHAR(255) NOT NULL, kind VARCHAR(10) NOT NULL,
            priority BIGINT NOT NULL DEFAULT 0, period BIGINT NOT NULL DEFAULT 0, msg_size BIGINT NOT NULL DEFAULT -1,
            max_msgs BIGINT NOT NULL DEFAULT -1, max_quota BIGINT NOT NULL DEFAULT -1,
            max_rcpts BIGINT NOT NULL DEFAULT -1);
        ALTER TABLE throttle OWNER TO postgres;
        GRANT ALL ON throttle, throttle_id_seq TO postern;
        """

    private let server: PostgreSQLServer
    private let directory: TemporaryDirectory
    private let database: String
    private let configuration: String

    init() throws {
        server = try PostgreSQLServer.shared()
        directory = try TemporaryDirectory()
        database = try server.makeDatabase()
        configuration = try directory.write(
            """
            throttle:
              store: { engine: postgresql, host: \(server.directory.path), port: \(server.port), database: \(database), user: postern }
            """, to: "postern.yaml")
    }

    private func migrate(_ arguments: [String]) -> Command.Outcome {
        Command.run("\(Suite.binaries)/postern", ["migrate"] + arguments + ["--config", configuration])
    }

    @Test func usage() {
        for arguments in [[], ["--plan", "--apply"], ["--plan", "--password-file", "/x"], ["--plan", "extra"]] {
            #expect(migrate(arguments).status == EX_USAGE, "\(arguments)")
        }
    }

    @Test func withoutTables() {
        let outcome = migrate(["--plan"])
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("none of iRedAPD's tables is here"))
    }

    @Test func fromPlanToDone() throws {
        try server.administer(Self.upstream, database: database)
        let statement = "CREATE UNIQUE INDEX idx_throttle_account_kind ON throttle (account, kind)"
        for _ in 0..<2 {
            let plan = migrate(["--plan"])
            #expect(plan.status == 0)
            #expect(
                plan.output.contains("throttle: No two rows may have the same (account, kind).\n      \(statement)"))
            #expect(plan.output.contains("nothing was changed; --apply runs these statements"))
        }
        let refused = migrate(["--apply"])
        #expect(refused.status == EX_NOPERM, "\(refused.output)")
        let password = try directory.write("not needed here\n", to: "password", mode: 0o600)
        let applied = migrate(["--apply", "--user", "postgres", "--password-file", password])
        #expect(applied.status == 0, "\(applied.output)")
        #expect(applied.output.contains("done: 1 statements"))
        #expect(!applied.output.contains("not needed here"))
        let again = migrate(["--apply", "--user", "postgres"])
        #expect(again.status == 0)
        #expect(again.output.contains("nothing to do: throttle"))
    }

    @Test func somethingToDecide() throws {
        try server.administer(Self.upstream, database: database)
        let connection = try server.connect(to: database)
        try connection.execute(
            "INSERT INTO throttle (account, kind, max_msgs) VALUES ('@.', 'outbound', 1), ('@.', 'outbound', 2)")
        connection.close()
        let plan = migrate(["--plan"])
        #expect(plan.status == EX_DATAERR)
        #expect(plan.output.contains("throttle: blocked: 1 pairs of rows have the same (account, kind)"))
    }

    @Test func whatCannotBeReached() throws {
        #expect(migrate(["--plan", "--user", "nobody-here"]).status == EX_UNAVAILABLE)
        #expect(migrate(["--plan", "--user", "postgres", "--password-file", "/nonexistent"]).status == EX_NOINPUT)
        let open = try directory.write("secret\n", to: "open", mode: 0o644)
        let outcome = migrate(["--plan", "--user", "postgres", "--password-file", open])
        #expect(outcome.status == EX_NOINPUT)
        #expect(outcome.output.contains("open to every user"))
        try directory.write("throttle: { store: { engine: oracle } }\n", to: "postern.yaml")
        #expect(migrate(["--plan"]).status == EX_CONFIG)
        try directory.write("throttle: {}\n", to: "postern.yaml")
        let file = migrate(["--apply"])
        #expect(file.status == 0)
        #expect(file.output.contains("throttle: its tables are Postern's own, in an SQLite file; nothing to do"))
    }
}
