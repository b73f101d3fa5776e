internal import MailTypes
internal import SQLStore
internal import ServiceProtocol

/// Why a management verb is not carried out.
struct ThrottleCommandError: Error, Hashable, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}

/// A management verb, read and checked.
enum ThrottleCommand: Hashable, Sendable {
    case listSettings(SettingsFilter)
    case listCounters(CountersFilter)
    case set(SettingChange)
    case deleteSetting(account: String, kind: ThrottleKind)
    case deleteCounters(accounts: [String])

    /// Whether it changes something, and so is worth an audit line.
    var isChange: Bool {
        switch self {
        case .listSettings, .listCounters: false
        case .set, .deleteSetting, .deleteCounters: true
        }
    }

    init(_ request: AdminRequest) throws(ThrottleCommandError) {
        var arguments = ThrottleArguments(request.arguments)
        let what = try arguments.required("what")
        switch (request.verb, what) {
        case ("list", "settings"): self = .listSettings(try Self.settingsFilter(&arguments))
        case ("list", "tracking"): self = .listCounters(try Self.countersFilter(&arguments))
        case ("set", "setting"): self = .set(try Self.change(&arguments))
        case ("delete", "setting"):
            self = .deleteSetting(
                account: try arguments.pattern().description, kind: try arguments.kind() ?? .outbound)
        case ("delete", "tracking"):
            self = .deleteCounters(accounts: Self.spellings(try arguments.required("account")))
        case ("list", _): throw ThrottleCommandError("cannot list \"\(what)\"; what=settings or what=tracking")
        case ("set", _): throw ThrottleCommandError("cannot set \"\(what)\"; what=setting")
        case ("delete", _): throw ThrottleCommandError("cannot delete \"\(what)\"; what=setting or what=tracking")
        default: throw ThrottleCommandError("unknown verb \(request.verb)")
        }
        try arguments.finish()
    }

    private static func settingsFilter(
        _ arguments: inout ThrottleArguments
    ) throws(ThrottleCommandError) -> SettingsFilter {
        var filter = SettingsFilter()
        filter.account = try arguments.has("account") ? arguments.pattern().description : nil
        filter.kind = try arguments.kind()
        filter.after = try arguments.number("after", in: 0...Int64.max) ?? 0
        return filter
    }

    private static func countersFilter(
        _ arguments: inout ThrottleArguments
    ) throws(ThrottleCommandError) -> CountersFilter {
        var filter = CountersFilter()
        filter.accounts = arguments.optional("account").map(spellings) ?? []
        filter.kind = try arguments.kind()
        if let text = arguments.optional("after") {
            guard let key = RecordingKey(parsing: text) else {
                throw ThrottleCommandError("after=\(text) is not the end of a page")
            }
            filter.after = Bytes16(high: key.high, low: key.low)
        }
        return filter
    }

    private static func change(_ arguments: inout ThrottleArguments) throws(ThrottleCommandError) -> SettingChange {
        let pattern = try arguments.pattern()
        var change = SettingChange(
            account: pattern.description, priority: Int64(pattern.priority), kind: try arguments.kind() ?? .outbound,
            period: try arguments.number("period", in: 1...longestPeriod), limits: [:])
        for (argument, name) in ThrottleArguments.limits {
            change.limits[name] = try arguments.number(argument, in: -1...Int64.max)
        }
        guard change.period != nil || !change.limits.isEmpty else {
            throw ThrottleCommandError("nothing to set: give period=, msg-size=, max-msgs=, max-quota= or max-rcpts=")
        }
        return change
    }

    /// The largest number that iRedAPD's column holds on MySQL, in seconds.
    private static let longestPeriod = Int64(UInt32.max)

    /// Counters are kept under canonical texts, but also under login names and what else clients send.
    private static func spellings(_ account: String) -> [String] {
        let raw = account.lowercased()
        let canonical = AddressPattern(parsing: account)?.description ?? raw
        return raw == canonical ? [raw] : [raw, canonical]
    }
}
