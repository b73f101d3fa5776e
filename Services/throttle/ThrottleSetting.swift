internal import SQLStore

/// A row of the table `throttle` as it is stored, applied or not.
struct ThrottleSetting: Sendable, Hashable {
    var id: Int64
    var account: String
    var kind: String
    var priority: Int64
    var period: Int64
    var limits: [LimitName: Int64]

    /// The rule it makes; nil when the account or the kind is none.
    var rule: ThrottleRule? {
        guard let kind = ThrottleKind(rawValue: kind) else { return nil }
        return ThrottleRule(
            id: id, account: account, kind: kind, priority: priority, period: period, limits: limits)
    }
}

/// Which settings to show.
struct SettingsFilter: Sendable, Hashable {
    var account: String?
    var kind: ThrottleKind?
    var after: Int64 = 0
    var limit = 500
}

/// What to change of a setting, or to begin a new one with.
struct SettingChange: Sendable, Hashable {
    var account: String
    var priority: Int64
    var kind: ThrottleKind
    var period: Int64?
    /// -1 inherits.
    var limits: [LimitName: Int64]
}

/// Which counters to show.
struct CountersFilter: Sendable, Hashable {
    /// Spellings of one account; empty for all accounts.
    var accounts: [String] = []
    var kind: ThrottleKind?
    var after: Bytes16?
    var limit = 800

    /// Whether counters of settings of this kind are to be shown.
    func covers(_ kind: String) -> Bool {
        self.kind == nil || self.kind?.rawValue == kind
    }
}

/// A page of the counters.
struct CountersPage: Sendable {
    /// A counter with its rule.
    struct Counter: Sendable {
        var account: String
        var rule: Int64
        var ruleAccount: String
        var kind: String
        var window: RateWindow
    }

    var counters: [Counter] = []
    /// Where the next page begins; nil when this is the last one.
    var next: Bytes16?
}
