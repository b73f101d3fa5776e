import NIOCore
import PostfixProtocol
import ServiceProtocol
import ServiceTransport
import Testing

@testable import Frontend

/// A schedule, a clock that moves when told, and services that answer when told. What the schedule does comes back as
/// lines: `ask SERVICE: ATTRIBUTES`, `cancel SERVICE`, `done JOB`, `recovered JOB`, `failed JOB: WHY`,
/// `failed again JOB: WHY`, `learned DOMAINS`.
struct UpkeepDialog {
    var schedule: UpkeepSchedule
    var now = MonotonicInstant(microseconds: 5_000_000)
    /// Questions without an outcome, oldest first.
    var open: [(service: String, ask: Ask)] = []
    var learned: LastKnownDomains?

    init(
        providers: [String: String] = CheckCatalog.providers, seed: UInt64 = 1,
        _ change: (inout UpkeepSchedule.Limits) -> Void = { _ in }
    ) {
        var limits = UpkeepSchedule.Limits()
        change(&limits)
        schedule = UpkeepSchedule(providers: providers, limits: limits, seed: seed)
    }

    mutating func offer(_ service: String, every seconds: Int = 3_600) {
        schedule.offer(.service(service), every: seconds, now: now)
    }

    mutating func offerLocalDomains() {
        schedule.offer(.localDomains, every: LocalDomainsFetch.interval, now: now)
    }

    mutating func hasten(_ service: String) -> Bool {
        schedule.hasten(.service(service), now: now)
    }

    mutating func withdraw(_ service: String) -> [String] {
        var actions: [UpkeepSchedule.Action] = []
        schedule.withdraw(.service(service), actions: &actions)
        return note(actions)
    }

    /// Milliseconds until something is due; nil when nothing is.
    var pause: Int? { schedule.nextWake.map { $0.microseconds(since: now) / 1_000 } }

    /// Lets the time pass until something is due.
    mutating func waitUntilDue(isBusy: Bool = false) -> [String] {
        if let next = schedule.nextWake { now = max(now, next) }
        return wake(isBusy: isBusy)
    }

    mutating func wake(isBusy: Bool = false) -> [String] {
        var actions: [UpkeepSchedule.Action] = []
        schedule.wake(now: now, isBusy: isBusy, actions: &actions)
        return note(actions)
    }

    /// The oldest question is answered with these lines.
    mutating func reply(_ lines: String...) -> [String] {
        let text = (["protocol=1"] + lines).map { $0 + "\n" }.joined()
        guard let list = try? AttributeList(ByteBuffer(string: text)) else { return ["bad reply"] }
        return settle(.reply(list))
    }

    mutating func fail(_ failure: AskFailure) -> [String] { settle(.failed(failure)) }

    private mutating func settle(_ outcome: AskOutcome) -> [String] {
        guard !open.isEmpty else { return ["nothing asked"] }
        return deliver(outcome, open.removeFirst().ask.token)
    }

    mutating func deliver(_ outcome: AskOutcome, _ token: UInt64) -> [String] {
        var actions: [UpkeepSchedule.Action] = []
        schedule.receive(outcome, token: token, now: now, actions: &actions)
        return note(actions)
    }

    private mutating func note(_ actions: [UpkeepSchedule.Action]) -> [String] {
        actions.map { action in
            switch action {
            case .ask(let service, let ask):
                open.append((service, ask))
                let lines = String(buffer: ask.payload).split(separator: "\n").filter { !$0.hasPrefix("deadline=") }
                // Facts have no order.
                return "ask \(service): " + (lines.prefix(1) + lines.dropFirst().sorted()).joined(separator: " ")
            case .cancel(let service, let token):
                open.removeAll { $0.ask.token == token }
                return "cancel \(service)"
            case .done(let job, let isRecovery): return "\(isRecovery ? "recovered" : "done") \(job.name)"
            case .failed(let job, let text, let isFirst):
                return "failed\(isFirst ? "" : " again") \(job.name): \(text)"
            case .learned(let domains):
                learned = domains
                return "learned \(domains.kinds.keys.sorted().joined(separator: " "))"
            }
        }
    }
}
