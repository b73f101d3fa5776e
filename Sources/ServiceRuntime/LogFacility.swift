/// The syslog facility lines are filed under: RFC 5424, section 6.2.1.
public enum LogFacility: Int, CaseIterable, Equatable, Sendable {
    /// User programs.
    case user = 1
    /// The mail system: where Postfix logs, and the default.
    case mail = 2
    /// System daemons.
    case daemon = 3
    /// The site's own, 0 to 7.
    case local0 = 16
    case local1, local2, local3, local4, local5, local6, local7

    /// The facility of that name, as in syslog.conf(5): `mail`, `local3`.
    public init?(parsing text: String) {
        guard let facility = Self.allCases.first(where: { candidate in candidate.description == text }) else {
            return nil
        }
        self = facility
    }
}

extension LogFacility: CustomStringConvertible {
    /// The name as in syslog.conf(5).
    public var description: String {
        switch self {
        case .user: "user"
        case .mail: "mail"
        case .daemon: "daemon"
        default: "local\(rawValue - Self.local0.rawValue)"
        }
    }
}
