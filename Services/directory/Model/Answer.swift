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
        case .account(let entry): entry == .nothing
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
    private static let noAccount = Answer.account(.nothing)
    private static let noRoles = Answer.roles([])
    private static let noEntries = Answer.entries([])
    private static let noReverseName = Answer.reverseName(ReverseNameEntry())
}
