internal import MailTypes
internal import NIOCore
public import PostfixProtocol
public import ServiceProtocol

/// A check that needs no state, so that asking a service would only cost time.
public enum FrontendCheck: Sendable, Equatable {
    /// Authenticated mail with a null sender would dodge throttling.
    case rejectNullSender
    /// Nobody outside has business with `anything@this-host`.
    case rejectToHostname
    /// Acts once the message's score reaches a threshold (or stays at or below it).
    case scoreAction(ScoreAction)

    /// What the check looks at beside the request.
    public struct Context: Sendable {
        /// The names of this host, lower-case: the kernel's and the fully qualified one.
        public var hostnames: Set<String>
        /// The message's score so far.
        public var score: Double

        /// A context.
        public init(hostnames: Set<String>, score: Double) {
            self.hostnames = hostnames
            self.score = score
        }
    }

    /// Decides.
    public func decide(_ request: PolicyRequest, _ context: Context) -> (verdict: Verdict, reason: String) {
        switch self {
        case .rejectNullSender: Self.rejectNullSender(request)
        case .rejectToHostname: Self.rejectToHostname(request, context)
        case .scoreAction(let action): action.decide(score: context.score)
        }
    }

    private static func rejectNullSender(_ request: PolicyRequest) -> (Verdict, String) {
        guard !request.isEmpty(.saslUsername), request.isEmpty(.sender) else { return (.none, "") }
        return (reject("Policy rejection due to null sender"), "authenticated, but the sender is null")
    }

    /// SRS addresses are let through unverified: the reverse map verifies them.
    private static func rejectToHostname(_ request: PolicyRequest, _ context: Context) -> (Verdict, String) {
        guard request.isEmpty(.saslUsername), mayBeAt(context.hostnames, request[.recipient]),
            let recipient = Mailbox(parsing: request.string(.recipient)),
            context.hostnames.contains(recipient.domain.text), !looksLikeSRS(recipient.localPart)
        else { return (.none, "") }
        return (reject("Not authorized"), "recipient domain is this host's name")
    }

    /// Spares taking the address apart when its domain has another length than every name of this host. Letters outside
    /// ASCII change their length when they are normalised.
    private static func mayBeAt(_ hostnames: Set<String>, _ address: ByteBufferView) -> Bool {
        guard let at = address.lastIndex(of: UInt8(ascii: "@")) else { return false }
        let domain = address[(at + 1)...]
        return hostnames.contains { $0.utf8.count == domain.count } || domain.contains { $0 >= 0x80 }
    }

    private static func looksLikeSRS(_ localPart: String) -> Bool {
        let start = localPart.lowercased().utf8.prefix(5)
        guard start.count == 5, start.starts(with: "srs0".utf8) || start.starts(with: "srs1".utf8) else { return false }
        return start.last.map { "=+-".utf8.contains($0) } ?? false
    }

    private static func reject(_ text: String) -> Verdict {
        .action(PolicyAction(parsing: "REJECT \(text)") ?? .dunno)
    }
}

/// An action that a message's score sets off.
public struct ScoreAction: Sendable, Equatable {
    /// The score at which it acts.
    public var threshold: Double
    /// Whether it acts at the threshold and below instead of at it and above.
    public var matchesBelow: Bool
    /// What it does.
    public var action: PolicyAction

    /// An action at a threshold.
    public init(threshold: Double, matchesBelow: Bool = false, action: PolicyAction) {
        self.threshold = threshold
        self.matchesBelow = matchesBelow
        self.action = action
    }

    func decide(score: Double) -> (Verdict, String) {
        let isReached = matchesBelow ? score <= threshold : score >= threshold
        return isReached ? (.action(action), "score \(score)") : (.none, "")
    }
}
