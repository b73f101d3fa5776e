internal import Glibc
public import SQLStore

extension MigrationPlan {
    /// How often it is tried when mail holds the locks.
    private static var attempts: Int { 30 }
    /// Microseconds between two attempts.
    private static var pause: UInt32 { 200_000 }

    /// Plans and carries the plan out. On PostgreSQL all of it is one transaction with the tables locked; on MariaDB
    /// each statement that changes a table ends a transaction, and what has been done stays done.
    /// - Parameter onStep: Told before each statement.
    /// - Returns: What was planned.
    public static func apply(
        on connection: some SQLConnection, onStep: (Step) -> Void = { _ in }
    ) throws -> MigrationPlan {
        for _ in 1..<attempts {
            do {
                return try attempt(on: connection, onStep)
            } catch let error as SQLError where error.code == .busy {
                usleep(pause)
            }
        }
        return try attempt(on: connection, onStep)
    }

    private static func attempt(on connection: some SQLConnection, _ onStep: (Step) -> Void) throws -> MigrationPlan {
        guard connection.dialect == .postgreSQL else {
            let plan = try MigrationPlan(for: connection)
            try plan.run(on: connection, onStep)
            return plan
        }
        let first = try MigrationPlan(for: connection)
        guard !first.steps.isEmpty else { return first }
        return try connection.transaction {
            // Who waits for this lock keeps others waiting: not for long, rather another time. The strongest at once: one
            // that is raised later can be in the way of itself.
            try connection.execute("SET LOCAL lock_timeout = 200")
            try connection.executeScript("LOCK TABLE \(first.tables.joined(separator: ", ")) IN ACCESS EXCLUSIVE MODE")
            let plan = try MigrationPlan(for: connection)
            try plan.run(on: connection, onStep)
            return plan
        }
    }

    private func run(on connection: some SQLConnection, _ onStep: (Step) -> Void) throws {
        for step in steps {
            onStep(step)
            do {
                try connection.execute(step.statement)
            } catch {
                throw SQLError(error.code, "\(step.table): \(error.message)", statement: step.statement)
            }
        }
    }
}
