/// The content as rows of iRedMail's and Amavisd's tables. Texts are given back beside the statements, to be bound.
extension DirectoryContent {
    /// A statement with the values of each row.
    package typealias Rows = (statement: String, rows: [[Value]])

    /// A value of a row.
    package enum Value: Sendable, Hashable {
        case text(String)
        case number(Int)
        /// Text in a column of bytes, where the database has such.
        case bytes(String)
    }

    /// Rows for the database of accounts.
    package var accountRows: [Rows] {
        let lists = aliases + self.lists
        return [
            (
                "INSERT INTO domain (domain, backupmx, active) VALUES (?, ?, ?)",
                domains.map { [.text($0.name), .number($0.isBackupMX ? 1 : 0), .number($0.isActive ? 1 : 0)] }
            ),
            (
                "INSERT INTO alias_domain (alias_domain, target_domain, active) VALUES (?, ?, ?)",
                aliasDomains.map { [.text($0.name), .text($0.target), .number($0.isActive ? 1 : 0)] }
            ),
            ("INSERT INTO alias (address, domain, accesspolicy) VALUES (?, ?, ?)", aliases.map(Self.list)),
            ("INSERT INTO maillists (address, domain, accesspolicy) VALUES (?, ?, ?)", self.lists.map(Self.list)),
            (
                "INSERT INTO forwardings (address, forwarding, domain, is_list) VALUES (?, ?, ?, 1)",
                lists.flatMap { list in list.members.map { Self.pair(list.address, $0) } }
            ),
            (
                "INSERT INTO forwardings (address, forwarding, domain, is_alias) VALUES (?, ?, ?, 1)",
                users.flatMap { user in user.aliases.map { Self.pair($0, user.address) } }
            ),
            (
                "INSERT INTO moderators (address, moderator, domain) VALUES (?, ?, ?)",
                lists.flatMap { list in list.moderators.map { Self.pair(list.address, $0) } }
            ),
            (
                "INSERT INTO maillist_owners (address, owner, domain) VALUES (?, ?, ?)",
                lists.flatMap { list in list.owners.map { Self.pair(list.address, $0) } }
            ),
        ]
    }

    /// Rows of users. `time` makes the value of a column for a moment, in Unix seconds, from its placeholder.
    package func userRows(time: (String) -> String) -> Rows {
        (
            """
            INSERT INTO mailbox (username, domain, passwordlastchange, active, allowedrecipients, rejectedrecipients,
                allowedsenders, rejectedsenders) VALUES (?, ?, \(time("?")), ?, ?, ?, ?, ?)
            """,
            users.map { user in
                [
                    .text(user.address), .text(Self.domain(user.address)), .number((user.passwordDay ?? 0) * 86_400),
                    .number(user.isActive ? 1 : 0), .text(user.allowedRecipients.joined(separator: ",")),
                    .text(user.rejectedRecipients.joined(separator: ", ")),
                    .text(user.allowedSenders.joined(separator: ",")),
                    .text(user.rejectedSenders.joined(separator: ",")),
                ]
            }
        )
    }

    private static func list(_ list: List) -> [Value] {
        [.text(list.address), .text(domain(list.address)), .text(list.policy)]
    }

    private static func pair(_ address: String, _ other: String) -> [Value] {
        [.text(address), .text(other), .text(domain(address))]
    }

    private static func domain(_ address: String) -> String {
        address.split(separator: "@").last.map(String.init) ?? ""
    }

    // MARK: - Lists

    /// Rows for the database of access lists; the priority of a pattern is `priority`.
    package func accessRows(priority: (String) -> Int) -> [Rows] {
        let accounts = Self.unique(["@."] + access.map(\.account))
        let entries = Self.unique(access.map(\.entry))
        func place(_ text: String, _ all: [String]) -> Value { .number((all.firstIndex(of: text) ?? 0) + 1) }
        func numbered(_ all: [String]) -> [[Value]] {
            all.enumerated().map { [.number($0.offset + 1), .number(priority($0.element)), .bytes($0.element)] }
        }
        return [
            ("INSERT INTO users (id, priority, email) VALUES (?, ?, ?)", numbered(accounts)),
            ("INSERT INTO mailaddr (id, priority, email) VALUES (?, ?, ?)", numbered(entries)),
            (
                "INSERT INTO wblist (rid, sid, wb) VALUES (?, ?, ?)",
                access.filter { !$0.isOutbound }.map {
                    [place($0.account, accounts), place($0.entry, entries), .text($0.colour)]
                }
            ),
            (
                "INSERT INTO outbound_wblist (sid, rid, wb) VALUES (?, ?, ?)",
                access.filter(\.isOutbound).map {
                    [place($0.account, accounts), place($0.entry, entries), .text($0.colour)]
                }
            ),
        ]
    }

    /// Rows of reverse names.
    package var reverseNameRows: Rows {
        ("INSERT INTO wblist_rdns (rdns, wb) VALUES (?, ?)", reverseNames.map { [.text($0.name), .text($0.colour)] })
    }

    private static func unique(_ texts: [String]) -> [String] {
        texts.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}
