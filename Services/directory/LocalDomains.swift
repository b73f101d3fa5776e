public import MailTypes

/// The mail domains of this server: which are its own, which are other names for them, which it is backup MX for.
///
/// Domains are compared in normalised form, so a U-label equals its A-label. An object, since each decision takes them
/// along.
public final class LocalDomains: Sendable {
    /// What a domain is to this server. The raw value is what the administration tools print.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// It has mailboxes here.
        case local
        /// Another name for a domain with mailboxes.
        case alias
        /// Mail for it is passed on to its primary MX.
        case backupMX = "backup-mx"
    }

    private let kinds: [Domain: Kind]
    private let targets: [Domain: Domain]
    /// What is known of the domains of the lists and the names of the host; nearly every decision asks.
    private let entries: [Domain: DomainEntry]
    /// The same while they are few, to be compared one after the other, which costs less than hashing; else nothing.
    private let fewEntries: [(domain: Domain, entry: DomainEntry)]
    private static let few = 4
    /// All domains of the lists in the order of their texts.
    private let sorted: [Domain]

    /// Takes the three lists. A domain in several of them counts as what it is first: local, alias, backup MX.
    /// - Parameter hostnames: The names of this host, which are local too.
    public init(
        local: [Domain] = [], aliases: [Domain: Domain] = [:], backupMX: [Domain] = [], hostnames: [Domain] = []
    ) {
        var kinds: [Domain: Kind] = [:]
        var targets: [Domain: Domain] = [:]
        var entries: [Domain: DomainEntry] = [:]
        for domain in backupMX { kinds[domain] = .backupMX }
        for (alias, target) in aliases {
            kinds[alias] = .alias
            targets[alias] = target
        }
        for domain in local {
            kinds[domain] = .local
            targets[domain] = nil
        }
        for hostname in hostnames {
            entries[hostname] = DomainEntry(hosting: .local, owner: hostname, isOnlyHostname: true)
        }
        for (domain, kind) in kinds { entries[domain] = DomainEntry(domain, kind, target: targets[domain]) }
        sorted = kinds.keys.sorted { $0.text < $1.text }
        fewEntries = entries.count > Self.few ? [] : entries.map { ($0.key, $0.value) }
        self.kinds = kinds
        self.targets = targets
        self.entries = entries
    }

    /// Whether mail for the domain is this server's business: a domain of one of the lists, or a name of the host.
    public func contains(_ domain: Domain) -> Bool {
        entries[domain] != nil
    }

    /// The domain that an alias domain stands for; nil for any other.
    public func aliasTarget(of domain: Domain) -> Domain? {
        targets[domain]
    }

    /// What the domain is; nil when it is in none of the lists.
    public func kind(of domain: Domain) -> Kind? {
        kinds[domain]
    }

    /// What is known of a domain; nil when it is neither in the lists nor a name of the host.
    func entry(of domain: Domain) -> DomainEntry? {
        fewEntries.isEmpty ? entries[domain] : fewEntries.first { $0.domain == domain }?.entry
    }

    /// All domains of the lists in alphabetical order.
    public var all: [(domain: Domain, kind: Kind, target: Domain?)] {
        sorted.compactMap { domain in kinds[domain].map { (domain, $0, targets[domain]) } }
    }

    /// How long a page may be, in bytes: it is a value of one line on the wire.
    private static let pageSize = 60_000

    /// The value of the fact `local-domains:CURSOR`: the domains behind that one, in alphabetical order, as words
    /// `KIND:DOMAIN`; `more` as the last word when there are others. The cursor of the first page is `.`.
    public func page(after cursor: String) -> String {
        let rest = cursor == "." ? sorted[...] : sorted[index(after: cursor)...]
        var page = ""
        for domain in rest {
            guard page.utf8.count < Self.pageSize else { return page + "more" }
            page += "\(kinds[domain]?.rawValue ?? ""):\(domain.text) "
        }
        return page
    }

    /// Where the first domain stands that comes behind `text`.
    private func index(after text: String) -> Int {
        var low = sorted.startIndex, high = sorted.endIndex
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle].text <= text { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension DomainEntry {
    fileprivate convenience init(_ domain: Domain, _ kind: LocalDomains.Kind, target: Domain?) {
        switch kind {
        case .local: self.init(hosting: .local, owner: domain)
        case .backupMX: self.init(hosting: .backupMX, owner: domain)
        case .alias: self.init(hosting: .local, aliasTarget: target, owner: target ?? domain)
        }
    }
}
