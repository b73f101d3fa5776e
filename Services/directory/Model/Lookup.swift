package import MailTypes

/// One question about the directory. Answers are kept by it, and identical ones in flight are asked once. Indirect, since
/// it is copied and compared often.
package indirect enum Lookup: Hashable, Sendable {
    /// What a domain is to this server.
    case domain(Domain)
    /// What an address is: a user's, an alias, a mailing list.
    case account(Mailbox)
    /// What somebody, in lower case, is to an alias or a list: an address, or `*@DOMAIN`.
    case roles(list: Mailbox, person: String)
    /// Whether a user has subscribed to a list that mlmmj manages.
    case subscriber(list: Mailbox, user: Mailbox)
    /// The local accounts with access lists that cover an address.
    case localEntries(EnvelopeAddress)
    /// The entries of access lists that cover an address; those such as `user@*` only for a sender who did not log in.
    case externalEntries(EnvelopeAddress, withWildcard: Bool)
    /// The entries of access lists that cover a client.
    case clientEntries(ClientAddress)
    /// What the access lists of a local account say about an entry.
    case listing(local: Int64, external: Int64)
    /// What is said about a reverse name and the names above it; in lower case.
    case reverseName(String)
    /// Whether there is any row that questions of a kind could find.
    case rows(Kind)

    /// What questions look for, as far as there may be none of it at all.
    package enum Kind: Hashable, Sendable {
        case domain
        case account
        case roles
        case localEntries
        case externalEntries
        case reverseName
    }

    /// What it looks for.
    var kind: Kind? {
        switch self {
        case .domain: .domain
        case .account: .account
        case .roles: .roles
        case .localEntries: .localEntries
        case .externalEntries, .clientEntries: .externalEntries
        case .reverseName: .reverseName
        case .subscriber, .listing, .rows: nil
        }
    }
}

/// The answer to a ``Lookup``. Indirect, since the largest case would make each of them large to copy.
package indirect enum Answer: Equatable, Sendable {
    /// To `domain`.
    case domain(DomainEntry)
    /// To `account`.
    case account(AccountEntry)
    /// To `roles`.
    case roles(ListRoles)
    /// To `subscriber`.
    case isSubscriber(Bool)
    /// To `localEntries`, `externalEntries` and `clientEntries`.
    case entries([AccessEntry])
    /// To `listing`.
    case listing(AccessListing)
    /// To `reverseName`.
    case reverseName(ReverseNameEntry)
    /// To `rows`: there is none.
    case isEmpty(Bool)
    /// There is none: the text names the backend and says why.
    case failed(String)

    /// Whether it says that there is nothing.
    package var isNegative: Bool {
        switch self {
        case .domain(let entry): entry == .unknown
        case .account(let entry): entry == AccountEntry()
        case .roles(let roles): roles.isEmpty
        case .isSubscriber(let found): !found
        case .entries(let entries): entries.isEmpty
        case .listing(let listing): listing == AccessListing()
        case .reverseName(let entry): entry == ReverseNameEntry()
        case .isEmpty(let isEmpty): isEmpty
        case .failed: true
        }
    }

    /// The answer to any question of a kind where there is nothing to be found.
    static func nothing(_ kind: Lookup.Kind) -> Answer {
        switch kind {
        case .domain: noDomain
        case .account: noAccount
        case .roles: noRoles
        case .localEntries, .externalEntries: noEntries
        case .reverseName: noReverseName
        }
    }

    private static let noDomain = Answer.domain(.unknown)
    private static let noAccount = Answer.account(AccountEntry())
    private static let noRoles = Answer.roles([])
    private static let noEntries = Answer.entries([])
    private static let noReverseName = Answer.reverseName(ReverseNameEntry())
}
