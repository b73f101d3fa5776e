internal import SQLStore
internal import ServiceProtocol

/// A handler that also carries management verbs out.
protocol ThrottleVerbHandler: RecordingHandler where Operation == ThrottleOperation, Verdict == ThrottleVerdict {
    /// Carries a verb out in a transaction of its own; what it changes is in force when it returns.
    /// - Parameter now: Seconds since 1970, by this host, for a database that has no clock of its own.
    mutating func carryOut(_ command: ThrottleCommand, now: Int, on connection: Connection) throws -> AdminReply
}

extension ThrottleHandler: ThrottleVerbHandler {
    /// How often a verb that met somebody's lock is tried.
    private static var attempts: Int { 5 }

    mutating func carryOut(_ command: ThrottleCommand, now: Int, on connection: Connection) throws -> AdminReply {
        let reply = try Self.repeatingWhenBusy {
            if case .deleteSetting(let account, let kind) = command {
                try connection.thinOutCounters(account: account, kind: kind)
            }
            return try connection.transaction {
                if command.isChange { try connection.noteChange() }
                return try command.run(on: connection)
            }
        }
        // It is done: what fails from here on is made up for by the store's timed work.
        _ = try? refresh(connection)
        if case .deleteSetting = command {
            // Windows began by the clock that all hosts share; by another one they would be over too soon.
            try? cleanNow(connection, now: Int64(connection.unixTime() ?? now))
        }
        return reply
    }

    private static func repeatingWhenBusy(_ body: () throws -> AdminReply) throws -> AdminReply {
        for _ in 1..<attempts {
            do {
                return try body()
            } catch let error as SQLError where error.code == .busy {
                continue
            }
        }
        return try body()
    }
}
