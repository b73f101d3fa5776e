public import ServiceProtocol

/// Answers for the fact `local` when its provider does not: from the last known list of domains, if there is one.
public struct LastKnownLocality: Sendable {
    /// The list; nil when none was ever fetched.
    public var domains: LastKnownDomains?
    /// This host's names, which are local too.
    public var hostnames: Set<String>

    /// Without a list nothing is known.
    public init(domains: LastKnownDomains? = nil, hostnames: Set<String> = []) {
        self.domains = domains
        self.hostnames = hostnames
    }

    /// `facts` with what the list tells instead of `unknown`.
    public func completing(_ facts: AttachedFacts) -> AttachedFacts {
        guard let domains, facts.contains(where: { $0.value == unknownFactValue }) else { return facts }
        var completed = facts
        for (name, value) in facts where value == unknownFactValue {
            completed[name] = domains.value(of: name, hostnames: hostnames) ?? unknownFactValue
        }
        return completed
    }
}
