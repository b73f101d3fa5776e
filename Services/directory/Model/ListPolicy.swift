/// Who may write to an alias or a mailing list.
package enum ListPolicy: Hashable, Sendable {
    /// Everybody.
    case everybody
    /// Senders of the same domain.
    case domain
    /// Senders of the same domain and of those below it.
    case subdomain
    /// Members.
    case members
    /// Moderators.
    case moderators
    /// Members and moderators.
    case membersAndModerators
    /// A word that means nothing here; nobody is refused for it.
    case unknown

    /// Reads the word as it is stored; none means everybody.
    package init(stored text: String) {
        switch text.lowercased() {
        case "", "public": self = .everybody
        case "domain": self = .domain
        case "subdomain": self = .subdomain
        case "membersonly": self = .members
        case "moderatorsonly", "allowedonly": self = .moderators
        case "membersandmoderatorsonly": self = .membersAndModerators
        default: self = .unknown
        }
    }
}
