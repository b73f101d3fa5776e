/// The recording rule: a count, its key and its verdict are one commit, and no reply leaves before that commit.
///
/// One batch is one transaction. What has expired is dropped before it begins; if something expires before COMMIT,
/// everything is rolled back and done again without it. A key that was seen brings back its verdict and changes
/// nothing. A lock held by somebody else, or a server that is too slow, repeats the batch; a lost connection leaves its members unsettled, to be run
/// again on the next one, where their keys tell whether they were committed; any other failure runs the members one by
/// one, so that only the culprit fails.
struct RecordingBatch<Handler: RecordingHandler> {
    typealias Result = RecordingResult<Handler.Verdict>

    private struct Member {
        var index: Int
        var operation: Handler.Operation

        var seen: SeenKey? {
            operation.key.map { SeenKey(key: $0, check: operation.check) }
        }
    }

    /// Where a member's verdict comes from.
    private enum Source {
        case stored(Handler.Verdict)
        case decided(Int)
        case repeated(Int)
    }

    /// The members of one attempt, sorted out.
    private struct Plan {
        var sources: [Source] = []
        var fresh: [Handler.Operation] = []
        var freshKeys: [SeenKey?] = []
    }

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
        let members = operations.enumerated().map { Member(index: $0.offset, operation: $0.element) }
        settle(members.filter { !$0.operation.isDryRun }, on: connection)
        for member in members where member.operation.isDryRun {
            rehearse(member, on: connection)
        }
        return results
    }

    private mutating func settle(_ members: [Member], on connection: Handler.Connection) {
        var members = members
        var repeats = 0
        while true {
            members = stillAwaited(members)
            guard !members.isEmpty else { return }
            do {
                return try attempt(members, on: connection)
            } catch is Expired {
                continue
            } catch {
                let error = SQLError(wrapping: error)
                guard error.code == .busy || error.code == .timeout, repeats < busyRepeats else {
                    return isolate(members, error, on: connection)
                }
                repeats += 1
            }
        }
    }

    /// A lock, a slow server or a lost connection is nobody's fault and meets all alike.
    private mutating func isolate(_ members: [Member], _ error: SQLError, on connection: Handler.Connection) {
        switch error.code {
        case .unavailable, .commitUnknown: leave(members, error)
        case .busy, .timeout: fail(members, error)
        default:
            guard members.count > 1 else { return fail(members, error) }
            for member in members { settle([member], on: connection) }
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
            let mayRepeat = error.code != .commitUnknown || member.operation.isRepeatable
            results[member.index] = mayRepeat ? nil : .failed(error)
        }
    }

    private func stillAwaited(_ members: [Member]) -> [Member] {
        let now = clock.monotonicMilliseconds()
        return members.filter { $0.operation.deadline > now }
    }

    // MARK: - One transaction

    private mutating func attempt(_ members: [Member], on connection: Handler.Connection) throws {
        try connection.begin()
        do {
            let keys = Set(members.compactMap { $0.seen }).sorted()
            let claim = try keys.isEmpty ? nil : connection.claim(keys, now: clock.monotonicMilliseconds())
            let plan = try sortOut(members, known: known(keys, claim))
            let verdicts = try decide(plan.fresh, in: connection)
            if let claim {
                try record(plan, verdicts, claim, in: connection)
            }
            if faults.isTracing {
                try trace(plan, verdicts, in: connection)
            }
            guard stillAwaited(members).count == members.count else { throw Expired() }
            faults.beforeCommit()
            try connection.commit()
            faults.afterCommit()
            note(members, plan, verdicts)
        } catch {
            connection.rollback()
            throw error
        }
    }

    private func known(_ keys: [SeenKey], _ claim: SeenClaim?) throws -> [SeenKey: Handler.Verdict] {
        var known: [SeenKey: Handler.Verdict] = [:]
        for (key, text) in zip(keys, claim?.verdicts ?? []) {
            guard let text else { continue }
            guard let verdict = Handler.Verdict(storedText: text) else {
                throw SQLError(.schema, "a stored verdict cannot be read")
            }
            known[key] = verdict
        }
        return known
    }

    private func sortOut(_ members: [Member], known: [SeenKey: Handler.Verdict]) -> Plan {
        var plan = Plan()
        var first: [SeenKey: Int] = [:]
        for member in members {
            if let seen = member.seen, let verdict = known[seen] {
                plan.sources.append(.stored(verdict))
            } else if let seen = member.seen, let earlier = first[seen] {
                plan.sources.append(.repeated(earlier))
            } else {
                plan.sources.append(.decided(plan.fresh.count))
                member.seen.map { first[$0] = plan.fresh.count }
                plan.fresh.append(member.operation)
                plan.freshKeys.append(member.seen)
            }
        }
        return plan
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
        _ plan: Plan, _ verdicts: [Handler.Verdict], _ claim: SeenClaim, in connection: Handler.Connection
    ) throws {
        let rows = zip(plan.freshKeys, verdicts).compactMap { key, verdict in
            key.map { SeenVerdict(seen: $0, verdict: verdict.storedText) }
        }
        guard !rows.isEmpty else { return }
        try connection.store(rows.sorted { $0.seen < $1.seen }, in: claim)
    }

    private func trace(_ plan: Plan, _ verdicts: [Handler.Verdict], in connection: Handler.Connection) throws {
        let noKey = RecordingKeyBytes(high: 0, low: 0)
        try connection.trace(
            zip(plan.fresh, verdicts).map { operation, verdict in
                SeenVerdict(
                    seen: SeenKey(key: operation.key ?? noKey, check: operation.traceName),
                    verdict: verdict.storedText)
            })
    }

    private mutating func note(_ members: [Member], _ plan: Plan, _ verdicts: [Handler.Verdict]) {
        for (member, source) in zip(members, plan.sources) {
            switch source {
            case .stored(let verdict): results[member.index] = .repeated(verdict)
            case .decided(let position): results[member.index] = .decided(verdicts[position])
            case .repeated(let position): results[member.index] = .repeated(verdicts[position])
            }
        }
    }

    // MARK: - Dry runs

    /// Decides one operation in a transaction that is rolled back. It has no key: asked again, it is decided again.
    private mutating func rehearse(_ member: Member, on connection: Handler.Connection) {
        guard !stillAwaited([member]).isEmpty else { return }
        defer { connection.rollback() }
        do {
            try connection.begin()
            results[member.index] = .decided(try decide([member.operation], in: connection)[0])
        } catch {
            results[member.index] = .failed(SQLError(wrapping: error))
        }
    }
}
