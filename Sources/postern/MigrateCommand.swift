import ArgumentParser
import Configuration
import Glibc
import SQLStore
import SharedTables

/// Gives the tables of an iRedAPD what Postern's own have.
struct MigrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Show, or carry out, what would improve iRedAPD's tables in PostgreSQL or MariaDB.",
        discussion: """
            Postern works on these tables as they are. This adds unique keys, widens counters, and lets counters go \
            with their limits. Run it as often as you like: what is done is not done again.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Show the statements and change nothing.")
    var plan = false

    @Flag(help: "Run them.")
    var apply = false

    @Option(help: "Connect as this user instead of the services': the owner of the tables.")
    var user: String?

    @Option(help: ArgumentHelp("The file with that user's password.", valueName: "file"))
    var passwordFile: String?

    func run() throws {
        try reportingFailure(status: EX_CONFIG) {
            guard plan != apply else {
                throw CommandFailure(description: "migrate needs either --plan or --apply", status: EX_USAGE)
            }
            guard passwordFile == nil || user != nil else {
                throw CommandFailure(description: "--password-file needs --user", status: EX_USAGE)
            }
            let suite = try SuiteConfiguration(options, secrets: user == nil ? .files : .unread)
            let (databases, inFiles) = SharedDatabase.all(suite)
            for name in inFiles { print("\(name): its tables are Postern's own, in an SQLite file; nothing to do") }
            let obstacles = try databases.map(migrate).reduce(0, +)
            guard obstacles == 0 else {
                throw CommandFailure(
                    description: "\(obstacles) things are left to decide, see above", status: EX_DATAERR)
            }
        }
    }

    /// - Returns: How many obstacles there are.
    private func migrate(_ database: SharedDatabase) throws -> Int {
        print("\(database.description):")
        do {
            switch database.engine {
            case .sqlite: return 0
            case .postgreSQL(let server): return try migrate(PostgreSQLConnection(try administrator(server)))
            case .mariaDB(let server): return try migrate(MariaDBConnection(try administrator(server)))
            }
        } catch let error as SQLError {
            throw CommandFailure(description: "\(database.description): \(error)", status: error.exitStatus)
        }
    }

    private func migrate(_ connection: some SQLConnection) throws -> Int {
        defer { connection.close() }
        let found =
            apply
            ? try MigrationPlan.apply(on: connection, onStep: Self.show) : try MigrationPlan(for: connection)
        if !apply { found.steps.forEach(Self.show) }
        for obstacle in found.obstacles { print("  \(obstacle.table): blocked: \(obstacle.text)") }
        print("  " + conclusion(found))
        return found.obstacles.count
    }

    private func conclusion(_ plan: MigrationPlan) -> String {
        if plan.tables.isEmpty { return "none of iRedAPD's tables is here; the services make theirs when they start" }
        if plan.steps.isEmpty {
            let looked = plan.tables.joined(separator: ", ")
            return plan.obstacles.isEmpty ? "nothing to do: \(looked)" : "nothing was changed"
        }
        return apply ? "done: \(plan.steps.count) statements" : "nothing was changed; --apply runs these statements"
    }

    private static func show(_ step: MigrationPlan.Step) {
        print("  \(step.table): \(step.reason)")
        for line in step.statement.split(separator: "\n") { print("      \(line)") }
    }

    /// The way to the database, for a user who may change tables, and with time for tables that are large.
    private func administrator(_ server: ServerConfiguration) throws(CommandFailure) -> ServerConfiguration {
        var server = server
        server.statementTimeout = 600_000
        server.applicationName = "postern-migrate"
        guard let user else { return server }
        server.user = user
        server.password = nil
        guard let passwordFile else { return server }
        do {
            server.password = try SecretSource.files.read(FilePath.absolute(passwordFile))
        } catch {
            throw CommandFailure(description: error.message, status: EX_NOINPUT)
        }
        return server
    }
}

extension SQLError {
    /// The status of sysexits.h that says the same.
    var exitStatus: Int32 {
        switch code {
        case .denied: EX_NOPERM
        case .unavailable, .commitUnknown, .timeout, .readOnly: EX_UNAVAILABLE
        case .busy: EX_TEMPFAIL
        case .constraint: EX_DATAERR
        case .full, .ioError: EX_IOERR
        case .corrupt, .schema, .other: EX_SOFTWARE
        }
    }
}
