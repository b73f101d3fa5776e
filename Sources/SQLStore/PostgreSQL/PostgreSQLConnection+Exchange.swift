internal import CPostgreSQL
internal import Glibc

/// Sending and receiving, each with an end.
extension PostgreSQLConnection {
    /// Sends one thing and returns its result.
    /// - Throws: What the server says, or `.unavailable` when it says nothing in time.
    @discardableResult
    func perform(_ sql: String, _ send: (OpaquePointer) -> Int32) throws(SQLError) -> PostgreSQLResult {
        let results = try collect(sql, send)
        guard let last = results.last else { throw lost("the server gave no result", statement: sql) }
        return last
    }

    /// Sends one thing and returns all its results. An error among them is thrown when everything has been received.
    func collect(_ sql: String, _ send: (OpaquePointer) -> Int32) throws(SQLError) -> [PostgreSQLResult] {
        let session = try handle
        let deadline = StoreDeadline(milliseconds: configuration.statementTimeout + ServerConfiguration.grace)
        guard send(session) == 1 else { throw lost(Self.message(of: session), statement: sql) }
        try flush(session, deadline, sql)
        var results: [PostgreSQLResult] = []
        var failure: SQLError?
        while let result = try next(session, deadline, sql) {
            if let error = result.error(sql) { failure = failure ?? error }
            results.append(result)
        }
        guard PQstatus(session) == CONNECTION_OK else {
            throw lost(failure?.message ?? Self.message(of: session), statement: sql)
        }
        if let failure { throw failure }
        return results
    }

    /// Sends many things in a row, without waiting for the answer to each (libpq's pipeline mode), and returns the
    /// results in order. After an error the server skips the rest.
    func pipeline(_ sql: String, _ send: (OpaquePointer) -> Bool) throws(SQLError) -> [PostgreSQLResult] {
        let session = try handle
        let deadline = StoreDeadline(milliseconds: configuration.statementTimeout + ServerConfiguration.grace)
        guard PQenterPipelineMode(session) == 1, send(session), PQpipelineSync(session) == 1 else {
            throw lost(Self.message(of: session), statement: sql)
        }
        try flush(session, deadline, sql)
        var results: [PostgreSQLResult] = []
        var failure: SQLError?
        var isSynchronised = false
        while !isSynchronised {
            // Each statement's results end in a nil, the synchronisation's have none.
            guard let result = try next(session, deadline, sql) else {
                guard PQstatus(session) == CONNECTION_OK else {
                    throw lost(failure?.message ?? Self.message(of: session), statement: sql)
                }
                continue
            }
            isSynchronised = result.status == PGRES_PIPELINE_SYNC
            if let error = result.error(sql) { failure = failure ?? error }
            if !isSynchronised { results.append(result) }
        }
        guard PQexitPipelineMode(session) == 1 else { throw lost(Self.message(of: session), statement: sql) }
        if let failure { throw failure }
        return results
    }

    // MARK: - Waiting

    private func flush(_ session: OpaquePointer, _ deadline: StoreDeadline, _ sql: String) throws(SQLError) {
        while true {
            switch PQflush(session) {
            case 0: return
            case 1: break
            default: throw lost(Self.message(of: session), statement: sql)
            }
            // A server that answers before it has read everything must be read, or both would wait.
            let events = try wait(session, POLLIN | POLLOUT, deadline, sql)
            if events & POLLIN != 0 { try consume(session, sql) }
        }
    }

    private func next(
        _ session: OpaquePointer, _ deadline: StoreDeadline, _ sql: String
    ) throws(SQLError) -> PostgreSQLResult? {
        while PQisBusy(session) == 1 {
            _ = try wait(session, POLLIN, deadline, sql)
            try consume(session, sql)
        }
        return PQgetResult(session).map { PostgreSQLResult($0) }
    }

    private func wait(
        _ session: OpaquePointer, _ events: Int32, _ deadline: StoreDeadline, _ sql: String
    ) throws(SQLError) -> Int32 {
        guard let found = deadline.wait(for: events, on: PQsocket(session)) else {
            throw lost(
                "no answer within \(configuration.statementTimeout + ServerConfiguration.grace) ms", statement: sql)
        }
        return found
    }

    /// What came before the connection was lost may hold the reason: it is in the results then.
    private func consume(_ session: OpaquePointer, _ sql: String) throws(SQLError) {
        guard PQconsumeInput(session) == 0, PQisBusy(session) == 1 else { return }
        throw lost(Self.message(of: session), statement: sql)
    }
}
