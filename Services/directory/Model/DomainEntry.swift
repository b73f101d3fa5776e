package import MailTypes

/// What a domain is to this server. An object, since most checks of a request ask for it.
package final class DomainEntry: Sendable {
    /// How mail for a domain is taken.
    package enum Hosting: Hashable, Sendable {
        /// It has mailboxes here.
        case local
        /// Mail for it is passed on to its primary MX.
        case backupMX
    }

    /// How mail for it is taken, be it a domain of its own or another name; nil when it is not.
    package let hosting: Hosting?
    /// The domain that it is another name for.
    package let aliasTarget: Domain?
    /// The domain that it, or that it as another name, belongs to; also when no mail is taken for it.
    package let owner: Domain?
    /// All names of that domain, as far as the directory tells them along.
    package let names: Set<Domain>
    /// Whether it is known as a name of this host and no more: the directory may tell of it besides.
    let isOnlyHostname: Bool

    /// An entry.
    package init(
        hosting: Hosting? = nil, aliasTarget: Domain? = nil, owner: Domain? = nil, names: Set<Domain> = [],
        isOnlyHostname: Bool = false
    ) {
        self.isOnlyHostname = isOnlyHostname
        self.hosting = hosting
        self.aliasTarget = aliasTarget
        self.owner = owner
        self.names = names
    }

    /// A name of this host, for which mail is taken, with what the directory says of it.
    func adding(_ found: DomainEntry) -> DomainEntry {
        DomainEntry(
            hosting: hosting, aliasTarget: found.aliasTarget, owner: found.owner ?? owner, names: found.names)
    }

    /// A domain of somebody else.
    package static let unknown = DomainEntry()
}

extension DomainEntry: Hashable {
    /// Compares what they say.
    package static func == (left: DomainEntry, right: DomainEntry) -> Bool {
        left === right
            || left.hosting == right.hosting && left.aliasTarget == right.aliasTarget && left.owner == right.owner
                && left.names == right.names
    }

    /// Hashes what it says.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(hosting)
        hasher.combine(aliasTarget)
        hasher.combine(owner)
        hasher.combine(names)
    }
}
