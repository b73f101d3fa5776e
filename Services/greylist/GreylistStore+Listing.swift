internal import PostfixProtocol
internal import SQLStore
internal import ServiceProtocol

extension GreylistStore {
    /// Carries a reading verb out: one page, in a fixed order, and the token that continues it.
    func list(_ verb: GreylistVerb) throws -> AdminReply {
        switch verb {
        case .listSettings(let account, let after): try listSettings(account, after)
        case .listWhitelists(let account, let after): try listWhitelists(account, after)
        case .listWhitelistDomains(let after): try listWhitelistDomains(after)
        case .listTracking(let client, let after): try listTracking(client, after)
        default: .done
        }
    }

    private var pageSize: Int { AdminReply.maximumRows }

    /// Administrators write settings by hand, so they are few: the token is the number of rows shown.
    private func listSettings(_ account: String?, _ after: String) throws -> AdminReply {
        let all = try settings().filter { account == nil || $0.setting.account == account }
        let start = min(max(Int(after) ?? 0, 0), all.count)
        let page = all[start...].prefix(pageSize)
        let rows = page.map { setting, comment in
            [
                setting.isActive ? "enabled" : "disabled", setting.sender, setting.account,
                "\(setting.senderPriority)", "\(setting.priority)", comment,
            ]
        }
        return .done(
            columns: ["status", "from", "to", "from-priority", "to-priority", "comment"], rows: rows,
            next: page.endIndex < all.endIndex ? "\(page.endIndex)" : nil)
    }

    private func listWhitelistDomains(_ after: String) throws -> AdminReply {
        let rows = try connection.query(
            "SELECT domain FROM greylisting_whitelist_domains WHERE domain > ? ORDER BY domain LIMIT ?",
            [.text(after), .integer(Int64(pageSize + 1))])
        let page = rows.prefix(pageSize).map { [$0.first?.textValue ?? ""] }
        return .done(columns: ["domain"], rows: page, next: page.count < rows.count ? page.last?.first : nil)
    }

    /// The order, and the token that continues it, are the tracking's own.
    private func listTracking(_ client: String?, _ after: String) throws -> AdminReply {
        let rows = try tracking.page(client: client, after: after, limit: pageSize + 1)
        let page = rows.prefix(pageSize)
        return .done(
            columns: ["client", "state", "from", "to", "first-seen", "retry-from", "expires", "refused"],
            rows: page.map(\.row), next: page.count < rows.count ? page.last?.token : nil)
    }

    // MARK: - Whitelists

    private func listWhitelists(_ account: String?, _ after: String) throws -> AdminReply {
        var rows: [[String]] = []
        var position = after.parts(between: UInt8(ascii: "\t"))
        for whitelist in [GreylistWhitelist.manual, .spf] {
            // What was made from SPF records holds for all accounts, and belongs to none.
            if whitelist == .spf, account != nil { continue }
            if position.count == 3, position[0] != whitelist.rawValue { continue }
            let start = position.count == 3 ? Array(position.dropFirst()) : ["", ""]
            position = []
            rows += try page(of: whitelist, account, after: start, limit: pageSize + 1 - rows.count)
            if rows.count > pageSize { break }
        }
        let page = Array(rows.prefix(pageSize))
        let next = page.last.map { [$0[3], $0[1], $0[0]].joined(separator: "\t") }
        return .done(
            columns: ["from", "to", "comment", "table"], rows: page, next: page.count < rows.count ? next : nil)
    }

    /// The first comparison says again what the second does, for engines that find only the first by an index.
    private func page(
        of whitelist: GreylistWhitelist, _ account: String?, after: [String], limit: Int
    ) throws -> [[String]] {
        let filter = account == nil ? "" : "account = ?4 AND"
        let rows = try connection.query(
            """
            SELECT sender, account, comment FROM \(whitelist.rawValue)
            WHERE \(filter) account >= ?1 AND (account, sender) > (?1, ?2) ORDER BY account, sender LIMIT ?3
            """,
            [.text(after[0]), .text(after[1]), .integer(Int64(limit))] + (account.map { [.text($0)] } ?? []))
        return rows.map { row in row.map { $0.textValue ?? "" } + [whitelist.rawValue] }
    }
}
