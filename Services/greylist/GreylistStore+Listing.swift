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

    private static let pageSize = AdminReply.maximumRows

    /// Administrators write settings by hand, so they are few: the token is the number of rows shown.
    private func listSettings(_ account: String?, _ after: String) throws -> AdminReply {
        let all = try settings().filter { account == nil || $0.setting.account == account }
        let start = min(max(Int(after) ?? 0, 0), all.count)
        let page = all[start...].prefix(Self.pageSize)
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
            [.text(after), .integer(Int64(Self.pageSize + 1))])
        let page = rows.prefix(Self.pageSize).map { [$0.first?.textValue ?? ""] }
        return .done(columns: ["domain"], rows: page, next: page.count < rows.count ? page.last?.first : nil)
    }

    // MARK: - Whitelists

    private func listWhitelists(_ account: String?, _ after: String) throws -> AdminReply {
        var rows: [[String]] = []
        var position = after.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        for whitelist in [Whitelist.manual, .spf] {
            // What was made from SPF records holds for all accounts, and belongs to none.
            if whitelist == .spf, account != nil { continue }
            if position.count == 3, position[0] != whitelist.rawValue { continue }
            let start = position.count == 3 ? Array(position.dropFirst()) : ["", ""]
            position = []
            rows += try page(of: whitelist, account, after: start, limit: Self.pageSize + 1 - rows.count)
            if rows.count > Self.pageSize { break }
        }
        let page = Array(rows.prefix(Self.pageSize))
        let next = page.last.map { [$0[3], $0[1], $0[0]].joined(separator: "\t") }
        return .done(
            columns: ["from", "to", "comment", "table"], rows: page, next: page.count < rows.count ? next : nil)
    }

    private func page(
        of whitelist: Whitelist, _ account: String?, after: [String], limit: Int
    ) throws -> [[String]] {
        let filter = account == nil ? "" : "account = ?4 AND"
        let rows = try connection.query(
            """
            SELECT sender, account, comment FROM \(whitelist.rawValue) WHERE \(filter) (account, sender) > (?1, ?2)
            ORDER BY account, sender LIMIT ?3
            """,
            [.text(after[0]), .text(after[1]), .integer(Int64(limit))] + (account.map { [.text($0)] } ?? []))
        return rows.map { row in row.map { $0.textValue ?? "" } + [whitelist.rawValue] }
    }

    // MARK: - Tracking

    /// Known clients first, then what waits, each by key: neighbours are of one client. The token is the table's
    /// letter and the key.
    private func listTracking(_ client: String?, _ after: String) throws -> AdminReply {
        let key = Bytes16(hexadecimal: String(after.dropFirst()))
        var rows: [(token: String, row: [String])] = []
        if !after.hasPrefix("w") {
            rows += try passedRows(client, after: key, limit: Self.pageSize + 1)
        }
        if rows.count <= Self.pageSize {
            let start = after.hasPrefix("w") ? key : nil
            rows += try waitingRows(client, after: start, limit: Self.pageSize + 1 - rows.count)
        }
        let page = rows.prefix(Self.pageSize)
        return .done(
            columns: ["client", "state", "from", "to", "first-seen", "retry-from", "expires", "refused"],
            rows: page.map(\.row), next: page.count < rows.count ? page.last?.token : nil)
    }

    private func passedRows(
        _ client: String?, after: Bytes16?, limit: Int
    ) throws -> [(token: String, row: [String])] {
        let filter = client == nil ? "" : "AND id = ?3"
        var values: [SQLValue] = [.blob(after?.bytes ?? []), .integer(Int64(limit))]
        if let client { values.append(.blob(key(ofClient: client).bytes)) }
        var rows: [(token: String, row: [String])] = []
        try connection.forEachRow(
            """
            SELECT id, client_address, init_time, record_expired FROM postern_greylist_clients
            WHERE id > ?1 \(filter) ORDER BY id LIMIT ?2
            """, values
        ) { row in
            let token = "p" + (row.key(0)?.hexadecimal ?? "")
            rows.append((token, [row.text(1), "passed", "", "", row.text(2), "", row.text(3), ""]))
        }
        return rows
    }

    private func waitingRows(
        _ client: String?, after: Bytes16?, limit: Int
    ) throws -> [(token: String, row: [String])] {
        let filter = client == nil ? "" : "AND id BETWEEN ?3 AND ?4 AND client_address = ?5"
        var values: [SQLValue] = [.blob(after?.bytes ?? []), .integer(Int64(limit))]
        if let client {
            let keys = keys(ofTripletsOf: client)
            values += [.blob(keys.first.bytes), .blob(keys.last.bytes), .text(client)]
        }
        var rows: [(token: String, row: [String])] = []
        try connection.forEachRow(
            """
            SELECT id, client_address, sender, recipient, init_time, block_expired, record_expired, blocked_count
            FROM postern_greylist_waiting WHERE id > ?1 \(filter) ORDER BY id LIMIT ?2
            """, values
        ) { row in
            let token = "w" + (row.key(0)?.hexadecimal ?? "")
            rows.append((token, [row.text(1), "waiting"] + (2...7).map { row.text($0) }))
        }
        return rows
    }
}

extension Bytes16 {
    /// 32 hexadecimal digits.
    fileprivate var hexadecimal: String {
        [high, low].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    /// Reads 32 hexadecimal digits.
    fileprivate init?(hexadecimal text: String) {
        guard text.utf8.count == 32, let high = UInt64(text.prefix(16), radix: 16),
            let low = UInt64(text.suffix(16), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }
}
