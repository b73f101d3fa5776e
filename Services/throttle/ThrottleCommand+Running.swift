internal import SQLStore
internal import ServiceProtocol

extension ThrottleCommand {
    /// Carries the command out inside an open transaction.
    func run(on connection: some ThrottleConnection) throws -> AdminReply {
        switch self {
        case .listSettings(let filter):
            return Self.reply(try connection.settings(filter), limit: filter.limit)
        case .listCounters(let filter):
            return Self.reply(try connection.counters(filter))
        case .set(let change):
            return try Self.set(change, on: connection)
        case .deleteSetting(let account, let kind):
            let isRemoved = try connection.removeSetting(account: account, kind: kind)
            return isRemoved ? .done : .failed("there is no \(kind.rawValue) setting for \(account)")
        case .deleteCounters(let accounts):
            let removed = try connection.removeCounters(of: accounts)
            return .done(columns: ["removed"], rows: [["\(removed)"]], next: nil)
        }
    }

    private static func set(_ change: SettingChange, on connection: some ThrottleConnection) throws -> AdminReply {
        let filter = SettingsFilter(account: change.account, kind: change.kind)
        if try connection.settings(filter).isEmpty {
            guard change.period != nil else { return .failed("a new setting needs period=") }
            guard change.limits.values.contains(where: { $0 >= 0 }) else {
                return .failed("a new setting needs msg-size=, max-msgs=, max-quota= or max-rcpts=")
            }
        }
        try connection.set(change)
        return .done
    }

    private static func reply(_ settings: [ThrottleSetting], limit: Int) -> AdminReply {
        let rows = settings.map { setting in
            ["\(setting.id)", setting.account, setting.kind, "\(setting.priority)", "\(setting.period)"]
                + ThrottleArguments.limits.map { "\(setting.limits[$0.name] ?? -1)" }
        }
        let columns =
            ["id", "account", "kind", "priority", "period"] + ThrottleArguments.limits.map(\.name.rawValue)
        let next = settings.count < limit ? nil : settings.last.map { "\($0.id)" }
        return .done(columns: columns, rows: rows, next: next)
    }

    private static func reply(_ page: CountersPage) -> AdminReply {
        let rows = page.counters.map { counter in
            let window = counter.window
            return [counter.account, counter.kind, "\(counter.rule)", counter.ruleAccount]
                + [window.period, window.messages, window.quota, window.start, window.last, window.lastNotified]
                .map(String.init)
        }
        let columns = [
            "account", "kind", "tid", "setting", "period", "cur_msgs", "cur_quota", "init_time", "last_time",
            "last_notify_time",
        ]
        let next = page.next.map { RecordingKey(high: $0.high, low: $0.low).description }
        return .done(columns: columns, rows: rows, next: next)
    }
}
