internal import MailTypes
internal import SQLStore

/// The statements that change access lists, in Amavisd's tables. They run in a transaction.
struct AccessListTable {
    let connection: any SQLConnection

    init(_ connection: any SQLConnection) {
        self.connection = connection
    }

    /// Which of the two lists of lists.
    enum Direction: String, Hashable, Sendable {
        case inbound
        case outbound

        fileprivate var table: String { self == .inbound ? "wblist" : "outbound_wblist" }
        /// The column of the local account's row, and that of the entry's.
        fileprivate var local: String { self == .inbound ? "rid" : "sid" }
        fileprivate var external: String { self == .inbound ? "sid" : "rid" }
    }

    /// Adds entries to an account's list. One that is in the other list moves.
    func add(_ entries: [AddressPattern], to account: AddressPattern, _ direction: Direction, _ colour: String) throws {
        let local = try id(of: account.description, priority: account.amavisPriority, in: "users")
        for entry in entries {
            let external = try id(of: entry.description, priority: entry.amavisPriority, in: "mailaddr")
            try connection.execute(
                "DELETE FROM \(direction.table) WHERE \(direction.local) = ? AND \(direction.external) = ?",
                [.integer(local), .integer(external)])
            try connection.execute(
                "INSERT INTO \(direction.table) (\(direction.local), \(direction.external), wb) VALUES (?, ?, ?)",
                [.integer(local), .integer(external), .text(colour)])
        }
    }

    /// Enters pairs of accounts and addresses as welcome, unless there is an entry.
    /// - Returns: How many are new.
    func welcome(_ pairs: [(account: String, address: String)]) throws -> Int {
        let priority = AddressPattern.Kind.email.amavisPriority
        let ignore = connection.dialect == .mariaDB ? "ON DUPLICATE KEY UPDATE wb = wb" : "ON CONFLICT DO NOTHING"
        return try pairs.reduce(0) { count, pair in
            let local = try id(of: pair.account, priority: priority, in: "users")
            let external = try id(of: pair.address, priority: priority, in: "mailaddr")
            return try count
                + connection.execute(
                    "INSERT INTO wblist (rid, sid, wb) VALUES (?, ?, 'W') \(ignore)",
                    [.integer(local), .integer(external)])
        }
    }

    /// Removes entries of a colour from an account's list.
    /// - Returns: Those that were there.
    func remove(
        _ entries: [AddressPattern], from account: AddressPattern, _ direction: Direction, _ colour: String
    ) throws -> [AddressPattern] {
        guard let local = try existing(account.description, in: "users") else { return [] }
        return try entries.filter { entry in
            guard let external = try existing(entry.description, in: "mailaddr") else { return false }
            return try connection.execute(
                """
                DELETE FROM \(direction.table)
                WHERE \(direction.local) = ? AND \(direction.external) = ? AND wb = ?
                """, [.integer(local), .integer(external), .text(colour)]) > 0
        }
    }

    /// Removes all entries of a colour from an account's list.
    /// - Returns: How many there were.
    func removeAll(from account: AddressPattern, _ direction: Direction, _ colour: String) throws -> Int {
        guard let local = try existing(account.description, in: "users") else { return 0 }
        return try connection.execute(
            "DELETE FROM \(direction.table) WHERE \(direction.local) = ? AND wb = ?", [.integer(local), .text(colour)])
    }

    /// A page of the entries of an account's list behind `cursor`, in alphabetical order.
    func list(
        _ account: AddressPattern, _ direction: Direction, _ colour: String, after cursor: String, limit: Int
    ) throws -> [String] {
        let rows = try connection.query(
            """
            SELECT m.email FROM users u JOIN \(direction.table) w ON w.\(direction.local) = u.id
                JOIN mailaddr m ON m.id = w.\(direction.external)
                WHERE u.email = ? AND w.wb = ? AND m.email > ? ORDER BY m.email LIMIT ?
            """, [text(account.description), .text(colour), text(cursor), .integer(Int64(limit))])
        return rows.map { $0[0].string }
    }

    // MARK: - Rows

    private func existing(_ email: String, in table: String) throws -> Int64? {
        try connection.query("SELECT id FROM \(table) WHERE email = ?", [text(email)]).first?[0].number
    }

    /// The row's number; the row is made when it is missing.
    private func id(of email: String, priority: Int, in table: String) throws -> Int64 {
        if let id = try existing(email, in: table) { return id }
        let more = table == "users" ? ("policy_id, ", "0, ") : ("", "")
        let ignore =
            connection.dialect == .mariaDB ? "ON DUPLICATE KEY UPDATE email = email" : "ON CONFLICT (email) DO NOTHING"
        try connection.execute(
            "INSERT INTO \(table) (\(more.0)priority, email) VALUES (\(more.1)?, ?) \(ignore)",
            [.integer(Int64(priority)), text(email)])
        guard let id = try existing(email, in: table) else {
            throw SQLError(.other, "a row of \(table) is gone as soon as it was made")
        }
        return id
    }

    /// On servers the columns hold bytes.
    private func text(_ text: String) -> SQLValue {
        connection.dialect == .sqlite ? .text(text) : .blob(Array(text.utf8))
    }
}
