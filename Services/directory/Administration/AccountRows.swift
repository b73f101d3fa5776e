internal import SQLStore
internal import ServiceProtocol

/// The statements that change a table of domains or accounts. All names are constants; values are bound.
struct AccountRows {
    let table: AccountTable
    let connection: any SQLConnection

    private var keyCondition: String {
        (table.keys.map { "\($0.name) = ?" } + table.fixed.map { "\($0.name) = \($0.value)" }).joined(
            separator: " AND ")
    }

    /// A page of the rows, by their keys.
    func list(after cursor: [String]) throws -> AdminReply {
        let names = table.keys.map(\.name)
        let start = names.indices.map { SQLValue.text($0 < cursor.count ? cursor[$0] : "") }
        let fixed = table.fixed.map { " AND \($0.name) = \($0.value)" }.joined()
        let marks = names.map { _ in "?" }.joined(separator: ", ")
        let columns = names + table.values.map(\.name)
        let rows = try connection.query(
            """
            SELECT \(columns.joined(separator: ", ")) FROM \(table.table)
            WHERE (\(names.joined(separator: ", "))) > (\(marks))\(fixed)
            ORDER BY \(names.joined(separator: ", ")) LIMIT ?
            """, start + [.integer(Int64(AdminReply.maximumRows))])
        let last = rows.last.map { row in row.prefix(names.count).map(\.string).joined(separator: " ") }
        return .done(
            columns: (table.keys + table.values).map(\.argument), rows: rows.map { $0.map(\.string) },
            next: rows.count < AdminReply.maximumRows ? nil : last)
    }

    /// Makes a row, or changes the given columns of one.
    func add(_ verb: AccountTableVerb) throws {
        var columns = table.keys.map(\.name)
        var values = verb.keys
        if table.hasDomainColumn {
            columns.append("domain")
            values.append(.text(verb.domain))
        }
        for (name, value) in table.fixed {
            columns.append(name)
            values.append(.integer(value))
        }
        for (name, value) in verb.values {
            columns.append(name)
            values.append(value)
        }
        let changed = verb.values.map(\.name) + table.fixed.map(\.name)
        let update =
            changed.isEmpty
            ? "NOTHING" : "UPDATE SET " + changed.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        let marks = columns.map { _ in "?" }.joined(separator: ", ")
        let keys = table.keys.map(\.name).joined(separator: ", ")
        try connection.execute(
            """
            INSERT INTO \(table.table) (\(columns.joined(separator: ", "))) VALUES (\(marks))
            ON CONFLICT (\(keys)) DO \(update)
            """, values)
    }

    /// Removes a row, and with a domain or an account what belongs to it.
    /// - Returns: How many rows of this table there were.
    func delete(_ keys: [SQLValue]) throws -> Int {
        let removed = try connection.execute("DELETE FROM \(table.table) WHERE \(keyCondition)", keys)
        if removed > 0, let first = keys.first { try deleteDependents(of: first) }
        return removed
    }

    /// Removes all rows of a group.
    func deleteGroup(_ keys: [SQLValue]) throws -> Int {
        let fixed = table.fixed.map { " AND \($0.name) = \($0.value)" }.joined()
        let rows = try connection.query(
            "SELECT \(table.keys.map(\.name).joined(separator: ", ")) FROM \(table.table) WHERE \(table.group.name) = ?\(fixed)",
            keys)
        return try rows.reduce(0) { try $0 + delete($1) }
    }

    private func deleteDependents(of key: SQLValue) throws {
        switch table {
        case .domains:
            for name in ["mailbox", "alias", "maillists", "forwardings", "moderators", "maillist_owners"] {
                try connection.execute("DELETE FROM \(name) WHERE domain = ?", [key])
            }
            try connection.execute("DELETE FROM alias_domain WHERE target_domain = ?", [key])
        case .users:
            try connection.execute("DELETE FROM forwardings WHERE forwarding = ?", [key])
        case .aliases, .mailingLists:
            for name in ["forwardings", "moderators", "maillist_owners"] {
                try connection.execute("DELETE FROM \(name) WHERE address = ?", [key])
            }
        case .aliasDomains, .additionalAddresses, .members, .moderators, .owners: break
        }
    }
}
