internal import SQLStore

/// A database that answers look-ups. On a server each kind of question has a thread and a connection of its own, so
/// that the questions of one round are one round trip; a file needs only one.
final class SQLSource: LookupSource {
    /// What is kept in a database, and so what it is asked.
    enum Part: CaseIterable {
        case accounts
        case lists
        case reverseNames

        /// The connections to a server.
        fileprivate var lanes: Int { self == .reverseNames ? 1 : 3 }
    }

    private let lanes: [StoreThread<LookupWorker>]

    /// Starts the threads.
    /// - Throws: When the system has no more of them.
    init(
        _ configuration: StoreConfiguration, name: String, parts: Set<Part>, alarm: StoreAlarm,
        reading: DatabaseReading, clock: StoreClock
    ) throws {
        let tables = parts.contains(.lists) ? DirectoryTables.listTables : []
        let others = parts.contains(.reverseNames) ? DirectoryTables.reverseNameTables : []
        let isFile = configuration.engineName == .sqlite
        let count = isFile ? 1 : parts.map(\.lanes).max() ?? 1
        let watch = LaneWatch(count: count, alarm: alarm)
        lanes = try (0..<count).map { lane in
            var own = reading
            own.hasAccounts = parts.contains(.accounts) && (isFile || lane == 1)
            own.hasLists = parts.contains(.lists) && (isFile || lane == 1)
            // Two connections that found the same table missing would get in each other's way.
            let missing = lane == 0 ? tables + others : []
            let worker = LookupWorker(name: name, reading: own) { () throws(SQLError) -> any SQLConnection in
                try configuration.forReading.connect(schema: DirectoryTables.schema, tables: missing)
            }
            return try StoreThread(
                name: "dir-\(name)", clock: clock, worker: worker, onStateChange: { watch.changed(lane, to: $0) })
        }
    }

    func ask(_ lookups: [Lookup], reply: @escaping @Sendable ([(lookup: Lookup, answer: Answer)]) -> Void) {
        guard lanes.count > 1 else { return submit(lookups, to: 0, reply) }
        for lane in lanes.indices {
            let own = lookups.filter { min(Self.lane(of: $0), lanes.count - 1) == lane }
            if !own.isEmpty { submit(own, to: lane, reply) }
        }
    }

    private static func lane(of lookup: Lookup) -> Int {
        switch lookup.question {
        case .domain, .localEntries, .reverseName, .subscriber: 0
        case .account, .externalEntries, .clientEntries: 1
        case .roles, .listing: 2
        // Beside the questions of the kind: a table that is missing must not cost others their answers.
        case .rows(.account), .rows(.externalEntries): 1
        case .rows(.roles): 2
        case .rows: 0
        }
    }

    private func submit(
        _ lookups: [Lookup], to lane: Int, _ reply: @escaping @Sendable ([(lookup: Lookup, answer: Answer)]) -> Void
    ) {
        guard !lanes[lane].submit(.ask(lookups, reply: reply)) else { return }
        reply(lookups.map { ($0, .failed("too much waits for the database")) })
    }

    /// Does `work` on the thread of the first connection.
    func perform(_ work: @escaping @Sendable (Result<any SQLConnection, SQLError>) -> SQLError?) {
        guard lanes[0].submit(.work(work)) else {
            _ = work(.failure(SQLError(.unavailable, "too much waits for the database")))
            return
        }
    }

    func stop() {
        for lane in lanes { lane.stop() }
    }
}
