internal import MailTypes
internal import PostfixProtocol
internal import ServiceProtocol
internal import Synchronization

/// An attempt that waits for a look into the database.
final class PendingAttempt: Sendable {
    let request: CheckRequest
    let client: IPAddress
    /// The client's address in canonical form.
    let clientText: String
    let rules: GreylistRules
    let listing: SPFListing
    /// Called once, with what became of it.
    let reply: @Sendable (GreylistAnswer) -> Void

    /// An attempt from this client, to be decided by these rules.
    init(
        _ request: CheckRequest, client: IPAddress, rules: GreylistRules, listing: SPFListing,
        reply: @escaping @Sendable (GreylistAnswer) -> Void
    ) {
        self.request = request
        self.client = client
        clientText = client.description
        self.rules = rules
        self.listing = listing
        self.reply = reply
    }

    /// Takes the attempt apart. A known client's need not be.
    var subject: GreylistSubject { rules.subject(of: request, from: client) }

    /// What has to be recorded when a look does not settle it.
    func operation(_ triplet: Triplet) -> GreylistOperation {
        GreylistOperation(
            triplet: triplet, timing: rules.timing, deadline: request.deadline.milliseconds,
            isDryRun: request.isDryRun)
    }
}

/// What became of an attempt.
enum GreylistAnswer: Sendable {
    /// Not refused by a rule that needs no record.
    case exempt(String)
    /// Decided by what is recorded.
    case decided(GreylistDecision)
    /// Not decided before this fact is known. Nothing has been recorded.
    case needs(FactName)
    /// Not decided; the failure rule applies. The text is for the log.
    case failed(String)
}

/// The attempts that wait for a look. What waits together is looked at together, in one view of the database.
final class GreylistInbox: Sendable {
    /// What came of adding an attempt.
    enum Added {
        /// It waits, and somebody has to take it.
        case first
        /// It waits, and will be taken with others.
        case waiting
        /// Too many wait.
        case full
    }

    private struct State {
        var attempts: [PendingAttempt] = []
        var isScheduled = false
    }

    private let state = Mutex(State())
    private let capacity: Int

    /// An inbox for so many attempts.
    init(capacity: Int = 8_192) {
        self.capacity = capacity
    }

    /// Whether nothing waits and nobody is on the way.
    var isIdle: Bool {
        state.withLock { $0.attempts.isEmpty && !$0.isScheduled }
    }

    /// Whether anything waits.
    var hasAttempts: Bool {
        state.withLock { !$0.attempts.isEmpty }
    }

    /// Adds an attempt. After `first`, ``take(maximum:)`` has to be called soon.
    func add(_ attempt: PendingAttempt) -> Added {
        state.withLock { state in
            guard state.attempts.count < capacity else { return .full }
            state.attempts.append(attempt)
            defer { state.isScheduled = true }
            return state.isScheduled ? .waiting : .first
        }
    }

    /// Takes the oldest attempts.
    /// - Returns: With them, whether others are left, so that this has to be called again.
    func take(maximum: Int) -> (attempts: [PendingAttempt], isMore: Bool) {
        state.withLock { state in
            let taken = Array(state.attempts.prefix(maximum))
            state.attempts.removeFirst(taken.count)
            state.isScheduled = !state.attempts.isEmpty
            return (taken, state.isScheduled)
        }
    }
}

extension GreylistAnswer {
    /// The line that says what happened, without the client it begins with.
    func words(sender: EnvelopeAddress) -> String {
        let domain = sender.description.parts(between: UInt8(ascii: "@")).last ?? ""
        return switch self {
        case .needs(let name): "Asks for \(name)."
        case .exempt(let reason): "Not greylisted: \(reason)."
        case .failed(let text): "Not decided: \(text)."
        case .decided(.known): "Client has passed the greylisting before."
        case .decided(.first): "Client has not been seen before, greylisted (\(domain))."
        case .decided(.expired): "Greylisting tracking expired, update as first seen."
        case .decided(.tooSoon): "Client retries too soon, greylisted again (\(domain))."
        case .decided(.passed): "Client has passed the greylisting, accept this email and whitelist client."
        }
    }
}
