public import MailTypes

/// The domains of rewritten addresses: one for all senders, and others for the senders of some domains.
public struct SRSDomains: Sendable, Hashable {
    /// The domain for senders that none of the others is for.
    public let main: Domain

    /// The SRS domain by the sender's domain or one above it.
    private let chosen: [Domain: Domain]
    private let all: Set<Domain>

    /// One domain for all senders.
    public init(_ main: Domain) {
        self.init(main, further: [])
    }

    /// A domain, and further ones with the original domains they are for. One without original domains rewrites nothing,
    /// but what was rewritten with it before is reversed.
    public init(_ main: Domain, further: [(domain: Domain, originals: [Domain])]) {
        self.main = main
        all = Set(further.map(\.domain) + [main])
        chosen = Dictionary(
            further.flatMap { entry in entry.originals.map { ($0, entry.domain) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// Whether it is a domain of rewritten addresses.
    public func contains(_ domain: Domain) -> Bool {
        domain == main || all.contains(domain)
    }

    /// The domain for a sender of `original`: that of the nearest domain with an entry, else the main one.
    public func domain(for original: Domain) -> Domain {
        guard !chosen.isEmpty else { return main }
        return chosen[original] ?? original.parents.lazy.compactMap { chosen[$0] }.first ?? main
    }
}
