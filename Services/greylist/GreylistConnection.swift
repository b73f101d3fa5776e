internal import SQLStore

/// A connection as greylisting needs it. What it has besides SQL is what the engines do in ways of their own.
protocol GreylistConnection: SQLConnection {
    /// Where the engine keeps what is remembered of clients and triplets.
    associatedtype Tracking: GreylistTracking where Tracking.Connection == Self

    /// Creates what is missing of the tables, and readies the connection for the statements of greylisting.
    func prepareGreylisting() throws
    /// Runs `body`, which only reads. On an engine where that saves work, all it reads is of one moment.
    func reading<Value>(_ body: () throws -> Value) throws -> Value
    /// For each attempt the first of its sender keys that the table has for one of its recipient keys. `accounts` are
    /// those for which the table has rows; nil for too many to be known.
    func match(
        _ whitelist: GreylistWhitelist, of accounts: Set<String>?, _ subjects: [GreylistSubject]
    ) throws -> [String?]
    /// A number that changes when another connection has written anything; nil on an engine that cannot tell.
    func dataVersion() throws -> Int64?
}

/// What is remembered of clients and triplets, as one engine keeps it.
protocol GreylistTracking {
    /// The engine's connection.
    associatedtype Connection

    /// The statements on a connection whose tables are in place.
    init(_ connection: Connection) throws
    /// Those of the clients that have passed and are known still.
    func knownClients(_ clients: Set<String>, now: Int) throws -> [String: PassedClient]
    /// Decides the attempts and records what they change, inside the caller's transaction.
    func record(_ operations: [GreylistOperation], now: Int) throws -> [GreylistDecision]
    /// Forgets a client and its triplets, inside the caller's transaction.
    func forget(_ client: String) throws
    /// Deletes expired rows, and shortens times that only a clock running ahead or a longer setting can have written;
    /// looks at about `limit` rows. Outside any transaction.
    mutating func clean(_ timing: GreylistTiming, now: Int, limit: Int) throws
    /// The same for a store that is never quiet, called twice a second; nothing where recording cleans as it goes.
    mutating func cleanUnderLoad(_ timing: GreylistTiming, now: Int) throws
    /// A page of rows in a fixed order, of one client or all, for `list`: each with the token that continues after it.
    func page(client: String?, after: String, limit: Int) throws -> [(token: String, row: [String])]
}
