internal import Configuration
internal import MailTypes
internal import PostfixProtocol
internal import ServiceProtocol

/// The configuration in the form in which attempts are decided.
struct GreylistRules: Sendable {
    var timing: GreylistTiming
    var isTraining: Bool
    var allWildcardIP: Bool
    var refusal: PolicyAction
    var trustedNetworks: TrustedNetworks
    var delimiters: RecipientDelimiters
    var bypassesSPF: Bool
    var bypassExceptions: Set<String>
    /// Seconds between two look-ups of the whitelisted domains' networks.
    var whitelistRefresh: Int

    /// Takes what decides from the two mappings.
    init(_ configuration: GreylistConfiguration, _ common: CommonConfiguration) {
        timing = configuration.timing
        isTraining = configuration.isTraining
        allWildcardIP = configuration.allWildcardIP
        refusal = configuration.refusal
        trustedNetworks = common.trustedNetworks
        delimiters = common.recipientDelimiters
        bypassesSPF = configuration.bypassesSPF
        bypassExceptions = Set(configuration.bypassExceptions)
        whitelistRefresh = Int(clamping: configuration.whitelistRefresh.wholeSeconds)
    }

    /// What a request is to greylisting before anything is looked up.
    enum Entry: Sendable {
        /// None of its business, for this reason.
        case exempt(String)
        /// From a client that is known to have passed.
        case known(IPAddress)
        /// From a client that the SPF record of the sender's domain lists.
        case listed(IPAddress, domain: String)
        /// An attempt from this client, to look at.
        case attempt(IPAddress, SPFListing)
    }

    /// Tells whether a request is to be looked at. Only a stranger's RCPT TO is greylisted: authenticated users, trusted
    /// clients and clients without an address are not. A known client, and one that is listed, is not refused whoever
    /// writes to whom, so that is not looked at.
    func entry(_ request: CheckRequest, isKnown: (IPAddress) -> Bool) -> Entry {
        let policy = request.policy
        guard policy.protocolState == .rcpt else { return .exempt("not at RCPT") }
        guard policy.isEmpty(.saslUsername) else { return .exempt("authenticated") }
        let client = ClientAddress(parsing: policy.string(.clientAddress))
        guard let address = client.address else { return .exempt("client without address") }
        guard !trustedNetworks.contains(client) else { return .exempt("trusted client") }
        guard !isKnown(address) else { return .known(address) }
        let listing = listing(request)
        if case .listed(let domain) = listing { return .listed(address, domain: domain) }
        return .attempt(address, listing)
    }

    /// Takes an attempt of a client that is not known apart.
    func subject(of request: CheckRequest, from client: IPAddress) -> GreylistSubject {
        let recipient = request.policy.string(.recipient)
        // `none` and `unknown` have no dot either way, but could be names.
        let target = request.fact("alias-target", about: recipient).flatMap { value in
            value == "none" || value == unknownFactValue ? nil : Domain(parsing: value)
        }
        return GreylistSubject(
            client: client, sender: EnvelopeAddress(parsing: request.policy.string(.sender)),
            recipient: EnvelopeAddress(parsing: recipient), aliasTarget: target, delimiters: delimiters,
            allWildcards: allWildcardIP)
    }

    /// What a request says about the SPF record of its sender's domain. A domain that has none is not asked about.
    private func listing(_ request: CheckRequest) -> SPFListing {
        let sender = request.policy.string(.sender)
        guard bypassesSPF, let name = FactWant(kind: SPFListing.factKind, attribute: "sender").name(for: sender),
            !bypassExceptions.contains(name.subject)
        else { return .irrelevant }
        // What is not known is no reason to let a stranger pass.
        return request.facts[name].map { $0 == "yes" ? .listed(name.subject) : .irrelevant } ?? .unasked(name)
    }

    /// The verdict of an answer; a failure is none.
    func result(of answer: GreylistAnswer) -> CheckResult {
        switch answer {
        case .needs(let name): .error("\(name) is needed")
        case .exempt(let reason): .verdict(.none, reason: reason)
        case .failed(let text): .error(text)
        case .decided(let decision):
            if !decision.isRefusal {
                .verdict(.none, reason: decision.reason)
            } else if isTraining {
                .verdict(.none, reason: "training: \(decision.reason)")
            } else {
                .verdict(.action(refusal), reason: decision.reason)
            }
        }
    }
}
