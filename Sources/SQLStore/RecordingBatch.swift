/// The recording rule: a count, its key and its verdict are one commit, and no reply leaves before that commit.
///
/// One batch is one transaction. What has expired is dropped before it begins; if something expires before COMMIT,
/// everything is rolled back and done again without it. A key that was seen brings back its verdict and changes
/// nothing. A lock held by somebody else, or a server that is too slow, repeats the batch; a lost connection leaves its
/// members unsettled, to be run again on the next one, where their keys tell whether they were committed; any other
/// failure runs the members one by one, so that only the culprit fails.
struct RecordingBatch<Handler: RecordingHandler> {
    typealias Result = RecordingResult<Handler.Verdict>

    private typealias Member = BatchPlan.Member

    /// Thrown when a member's deadline passed while the transaction was open.
    private struct Expired: Error {}

    var handler: Handler
    var faults = FaultPoints()
    private let clock: StoreClock
    private let busyRepeats: Int
    private var time = SteadyTime()
    private var results: [Result?] = []
    /// Why the connection was lost in the last run, if it was.
    private(set) var loss: SQLError?

    init(handler: Handler, clock: StoreClock, busyRepeats: Int) {
        self.handler = handler
        self.clock = clock
        self.busyRepeats = busyRepeats
    }

    /// Seconds since 1970, by the database that hosts share or by this host; never less than before.
    mutating func now(in connection: Handler.Connection) throws -> Int {
        time.read(try connection.unixTime() ?? clock.unixSeconds(), clock.monotonicMilliseconds())
    }

    /// Decides and records the operations.
    /// - Returns: One result for each, in order; nil for one that has to be run again because the connection was lost.
    mutating func run(_ operations: [Handler.Operation], on connection: Handler.Connection) -> [Result?] {
        results = Array(repeating: .expired, count: operations.count)
        loss = nil
        var members: [Member] = []
        members.reserveCapacity(operations.count)
        var rehearsals: [Member] = []
        for (index, operation) in operations.enumerated() {
            let member = Member(operation, index: index)
            if operation.isDryRun { rehearsals.append(member) } else { members.append(member) }
        }
        settle(members, of: operations, on: connection)
        for member in rehearsals { rehearse(member, operations[member.index], on: connection) }
        return results
    }

    private mutating func settle(
        _ members: [Member], of operations: [Handler.Operation], on connection: Handler.Connection
    ) {
        var members = members
        var repeats = 0
        while true {
            members = stillAwaited(members)
            guard !members.isEmpty else { return }
            do {
                return try attempt(members, of: operations, on: connection)
            } catch is Expired {
                continue
            } catch {
                let error = SQLError(wrapping: error)
                guard error.code == .busy || error.code == .timeout, repeats < busyRepeats else {
                    return isolate(members, of: operations, error, on: connection)
                }
                repeats += 1
            }
        }
    }

    /// A lock, a slow server or a lost connection is nobody's fault and meets all alike.
    private mutating func isolate(
        _ members: [Member], of operations: [Handler.Operation], _ error: SQLError, on connection: Handler.Connection
    ) {
        switch error.code {
        case .unavailable, .commitUnknown: leave(members, error)
        case .busy, .timeout: fail(members, error)
        default:
            guard members.count > 1 else { return fail(members, error) }
            for member in members { settle([member], of: operations, on: connection) }
        }
    }

    private mutating func fail(_ members: [Member], _ error: SQLError) {
        for member in members { results[member.index] = .failed(error) }
    }

    /// What is run again after its COMMIT got no answer must be recognised by its key, or change nothing the second
    /// time; nothing else may be.
    private mutating func leave(_ members: [Member], _ error: SQLError) {
        loss = loss ?? error
        for member in members {
            let mayRepeat = error.code != .commitUnknown || member.isRepeatable
            results[member.index] = mayRepeat ? nil : .failed(error)
        }
    }

    private func stillAwaited(_ members: [Member]) -> [Member] {
        let now = clock.monotonicMilliseconds()
        return members.filter { $0.deadline > now }
    }

    private func areAwaited(_ members: [Member]) -> Bool {
        let now = clock.monotonicMilliseconds()
        return members.allSatisfy { $0.deadline > now }
    }

    // MARK: - One transaction

    private mutating func attempt(
        _ members: [Member], of operations: [Handler.Operation], on connection: Handler.Connection
    ) throws {
        try connection.begin()
        do {
            let keys = BatchPlan.keys(members)
            let claim = try keys.isEmpty ? nil : connection.claim(keys, now: clock.monotonicMilliseconds())
            let plan = BatchPlan(members, keys: keys, verdicts: claim?.verdicts ?? [])
            let stored = try plan.stored.map { try Self.verdict($0) }
            let fresh = Self.operations(of: plan.fresh, among: operations)
            let verdicts = try decide(fresh, in: connection)
            if let claim {
                try record(plan.fresh, verdicts, claim, in: connection)
            }
            if faults.isTracing {
                try trace(fresh, verdicts, in: connection)
            }
            guard areAwaited(members) else { throw Expired() }
            faults.beforeCommit()
            try connection.commit()
            faults.afterCommit()
            note(members, plan, stored: stored, decided: verdicts)
        } catch {
            connection.rollback()
            throw error
        }
    }

    private static func verdict(_ text: String) throws -> Handler.Verdict {
        guard let verdict = Handler.Verdict(storedText: text) else {
            throw SQLError(.schema, "a stored verdict cannot be read")
        }
        return verdict
    }

    /// Mostly all of them, which are in the same order.
    private static func operations(
        of members: [Member], among operations: [Handler.Operation]
    ) -> [Handler.Operation] {
        members.count == operations.count ? operations : members.map { operations[$0.index] }
    }

    private mutating func decide(
        _ operations: [Handler.Operation], in connection: Handler.Connection
    ) throws -> [Handler.Verdict] {
        guard !operations.isEmpty else { return [] }
        let verdicts = try handler.decide(operations, now: now(in: connection), in: connection)
        guard verdicts.count == operations.count, connection.isInTransaction else {
            throw SQLError(.other, "the handler did not keep to the recording rule")
        }
        return verdicts
    }

    private func record(
        _ fresh: [Member], _ verdicts: [Handler.Verdict], _ claim: SeenClaim, in connection: Handler.Connection
    ) throws {
        var rows: [SeenVerdict] = []
        rows.reserveCapacity(fresh.count)
        for (place, member) in fresh.enumerated() {
            if let seen = member.seen { rows.append(SeenVerdict(seen: seen, verdict: verdicts[place].storedText)) }
        }
        guard !rows.isEmpty else { return }
        rows.sort { $0.seen < $1.seen }
        try connection.store(rows, in: claim)
    }

    private func trace(
        _ operations: [Handler.Operation], _ verdicts: [Handler.Verdict], in connection: Handler.Connection
    ) throws {
        let noKey = RecordingKeyBytes(high: 0, low: 0)
        try connection.trace(
            zip(operations, verdicts).map { operation, verdict in
                SeenVerdict(
                    seen: SeenKey(key: operation.key ?? noKey, check: operation.traceName),
                    verdict: verdict.storedText)
            })
    }

    private mutating func note(
        _ members: [Member], _ plan: BatchPlan, stored: [Handler.Verdict], decided: [Handler.Verdict]
    ) {
        for (member, source) in zip(members, plan.sources) {
            switch source {
            case .stored(let place): results[member.index] = .repeated(stored[place])
            case .decided(let place): results[member.index] = .decided(decided[place])
            case .repeated(let place): results[member.index] = .repeated(decided[place])
            }
        }
    }

    // MARK: - Dry runs

    /// Decides one operation in a transaction that is rolled back. It has no key: asked again, it is decided again.
    private mutating func rehearse(
        _ member: Member, _ operation: Handler.Operation, on connection: Handler.Connection
    ) {
        guard areAwaited([member]) else { return }
        defer { connection.rollback() }
        do {
            try connection.begin()
            results[member.index] = .decided(try decide([operation], in: connection)[0])
        } catch {
            results[member.index] = .failed(SQLError(wrapping: error))
        }
    }
}
