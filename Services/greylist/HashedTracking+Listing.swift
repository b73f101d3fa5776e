internal import SQLStore

extension HashedTracking {
    /// Known clients first, then what waits, each by key: neighbours are of one client. The token is the table's
    /// letter and the key.
    func page(client: String?, after: String, limit: Int) throws -> [(token: String, row: [String])] {
        let key = Bytes16(hexadecimal: String(after.dropFirst()))
        var rows: [(token: String, row: [String])] = []
        if !after.hasPrefix("w") { rows += try passedRows(client, after: key, limit: limit) }
        if rows.count < limit {
            let start = after.hasPrefix("w") ? key : nil
            rows += try waitingRows(client, after: start, limit: limit - rows.count)
        }
        return rows
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
