public import PostfixProtocol
public import ServiceProtocol

/// What the frontend must know of a kind of check before it asks anybody.
public struct CheckDefinition: Sendable {
    /// Who decides it.
    public enum Decider: Sendable, Equatable {
        /// The service of this name.
        case service(String)
        /// The frontend itself: the check needs no state.
        case frontend(FrontendCheck)

        var isService: Bool {
            if case .service = self { return true }
            return false
        }
    }

    /// Its name in the configuration and on the wire.
    public var name: String
    /// Who decides it.
    public var decider: Decider
    /// Whether it records.
    public var records: Bool
    /// Whether it counts, and so must not be asked twice without a recording key.
    public var isKeyed: Bool
    /// Whether it may wait on the network.
    public var asksNetwork: Bool
    /// To whose mail it applies unless configured otherwise.
    public var appliesTo: AppliesTo
    /// Its failure rules unless configured otherwise.
    public var failureRules: FailureRules
    /// How long it may take unless configured otherwise, in milliseconds.
    public var limit: Int
    /// Cheap facts attached to its requests.
    public var wants: [FactWant]
    /// Costly facts it may need: where the frontend has them already, it sends them along.
    public var mayNeed: [FactWant]
    /// Whether it uses the recipients accepted at RCPT.
    public var usesRecipients: Bool
    /// What it provides to later checks: fact kinds, `score`, session values, `verdict.NAME`.
    public var provides: Set<String>
    /// What it uses of what earlier checks provide.
    public var uses: Set<String>
    /// The attributes its verdict depends on; when given, the verdict is kept for the rest of the message.
    public var dependsOn: [PolicyAttribute]
    /// The protocol states it makes sense in; empty means any.
    public var states: Set<ProtocolState>
    /// Whether its failure concerns only senders of local domains, as far as they did not log in: those of others, by
    /// the last known list of domains, it would have let through.
    public var sparesForeignSenders: Bool

    /// A definition; everything not given has the plainest value.
    public init(
        _ name: String, _ decider: Decider, records: Bool = false, isKeyed: Bool = false, asksNetwork: Bool = false,
        appliesTo: AppliesTo = .all, failureRules: FailureRules = FailureRules(.dunno), limit: Int? = nil,
        wants: [FactWant] = [], mayNeed: [FactWant] = [], usesRecipients: Bool = false, provides: Set<String> = [],
        uses: Set<String> = [], dependsOn: [PolicyAttribute] = [], states: Set<ProtocolState> = [],
        sparesForeignSenders: Bool = false
    ) {
        self.name = name
        self.decider = decider
        self.records = records
        self.isKeyed = isKeyed
        self.asksNetwork = asksNetwork
        self.appliesTo = appliesTo
        self.failureRules = failureRules
        self.limit = limit ?? (asksNetwork ? 5_000 : 2_000)
        self.wants = wants
        self.mayNeed = mayNeed
        self.usesRecipients = usesRecipients
        // Any service may add a score to its verdict.
        self.provides = decider.isService ? provides.union(["score"]) : provides
        self.uses = uses
        self.dependsOn = dependsOn
        self.states = states
        self.sparesForeignSenders = sparesForeignSenders
    }
}

/// To whose mail a check applies; decided before anything is asked.
public enum AppliesTo: String, Sendable, CaseIterable {
    /// Clients that neither logged in nor are trusted.
    case unauthenticated
    /// Clients that logged in.
    case authenticated
    /// Everybody.
    case all
}

/// What a request's client is to the checks' `applies-to`.
enum ClientStanding: Int, Sendable, CaseIterable {
    /// It logged in.
    case authenticated
    /// It did not, and is in the trusted networks.
    case trusted
    /// Neither.
    case other
}

extension AppliesTo {
    /// Whether a check with this setting applies to such a client.
    func includes(_ standing: ClientStanding) -> Bool {
        switch self {
        case .all: true
        case .authenticated: standing == .authenticated
        case .unauthenticated: standing == .other
        }
    }
}

/// A check's failure rules: one for authenticated senders, one for all others.
public struct FailureRules: Sendable, Equatable {
    /// For mail with a `sasl_username`.
    public var authenticated: FailureRule
    /// For all other mail.
    public var unauthenticated: FailureRule

    /// Different rules.
    public init(authenticated: FailureRule, unauthenticated: FailureRule) {
        self.authenticated = authenticated
        self.unauthenticated = unauthenticated
    }

    /// One rule for everybody.
    public init(_ rule: FailureRule) {
        self.init(authenticated: rule, unauthenticated: rule)
    }
}
