package import MailTypes

/// What a domain is to this server.
package struct DomainEntry: Hashable, Sendable {
    /// How mail for a domain is taken.
    package enum Hosting: Hashable, Sendable {
        /// It has mailboxes here.
        case local
        /// Mail for it is passed on to its primary MX.
        case backupMX
    }

    /// How mail for it is taken, be it a domain of its own or another name; nil when it is not.
    package var hosting: Hosting?
    /// The domain that it is another name for.
    package var aliasTarget: Domain?
    /// The domain that it, or that it as another name, belongs to; also when no mail is taken for it.
    package var owner: Domain?
    /// All names of that domain, as far as the directory tells them along.
    package var names: Set<Domain> = []

    /// An entry.
    package init(
        hosting: Hosting? = nil, aliasTarget: Domain? = nil, owner: Domain? = nil, names: Set<Domain> = []
    ) {
        self.hosting = hosting
        self.aliasTarget = aliasTarget
        self.owner = owner
        self.names = names
    }

    /// A domain of somebody else.
    package static let unknown = DomainEntry()
}
