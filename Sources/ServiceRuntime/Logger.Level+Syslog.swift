internal import Logging

extension Logger.Level {
    /// The severity of RFC 5424, section 6.2.1: 0 is the worst, 7 is debugging.
    var severity: UInt8 {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    /// What Postfix writes before a message that is more, or less, than a plain line.
    static func label(ofSeverity severity: UInt8) -> StaticString {
        switch severity {
        case ...2: "fatal: "
        case 3: "error: "
        case 4: "warning: "
        case 7: "debug: "
        default: ""
        }
    }
}
