public import SQLStore

extension TableDescription {
    /// Asks a PostgreSQL or MariaDB server about a table; nil when there is none of this name.
    public init?(of name: String, in connection: some SQLConnection) throws(SQLError) {
        let catalogue = connection.dialect == .postgreSQL ? Catalogue.postgreSQL : Catalogue.mariaDB
        let columns = try connection.query(catalogue.columns, [.text(name)])
        guard !columns.isEmpty else { return nil }
        self.init(name: name)
        self.columns = columns.map { Column(name: $0[0].textValue ?? "", type: $0[1].textValue ?? "") }
        keys = Self.keys(try connection.query(catalogue.keys, [.text(name)]))
        foreignKeys = try connection.query(catalogue.foreignKeys, [.text(name)]).map { row in
            ForeignKey(
                name: row[0].textValue ?? "", column: row[1].textValue ?? "", table: row[2].textValue ?? "",
                cascades: row[3] == .integer(1))
        }
    }

    /// Rows of name, uniqueness and column, in order.
    private static func keys(_ rows: [[SQLValue]]) -> [Key] {
        var keys: [Key] = []
        for row in rows {
            let name = row[0].textValue ?? ""
            if keys.last?.name != name { keys.append(Key(name: name, isUnique: row[1] == .integer(1), columns: [])) }
            keys[keys.count - 1].columns.append(row[2].textValue ?? "")
        }
        return keys
    }

    /// The questions to a server's catalogue.
    private struct Catalogue {
        var columns: String
        var keys: String
        var foreignKeys: String

        static let postgreSQL = Catalogue(
            columns: """
                SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute
                WHERE attrelid = to_regclass(?) AND attnum > 0 AND NOT attisdropped ORDER BY attnum
                """,
            keys: """
                SELECT c.relname::text, i.indisunique, a.attname::text
                FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (number, place)
                JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
                WHERE i.indrelid = to_regclass(?) AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
                    AND k.place <= i.indnkeyatts
                ORDER BY c.relname, k.place
                """,
            foreignKeys: """
                SELECT k.conname::text, a.attname::text, t.relname::text, k.confdeltype = 'c'
                FROM pg_constraint k JOIN pg_class t ON t.oid = k.confrelid
                JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
                WHERE k.conrelid = to_regclass(?) AND k.contype = 'f' AND cardinality(k.conkey) = 1
                ORDER BY k.conname
                """)

        static let mariaDB = Catalogue(
            columns: """
                SELECT column_name, column_type FROM information_schema.columns
                WHERE table_schema = database() AND table_name = ? ORDER BY ordinal_position
                """,
            keys: """
                SELECT s.index_name, 1 - s.non_unique, s.column_name FROM information_schema.statistics s
                WHERE s.table_schema = database() AND s.table_name = ? AND NOT EXISTS (
                    SELECT 1 FROM information_schema.statistics p
                    WHERE p.table_schema = s.table_schema AND p.table_name = s.table_name
                        AND p.index_name = s.index_name AND p.sub_part IS NOT NULL)
                ORDER BY s.index_name, s.seq_in_index
                """,
            foreignKeys: """
                SELECT r.constraint_name, k.column_name, r.referenced_table_name, r.delete_rule = 'CASCADE'
                FROM information_schema.referential_constraints r
                JOIN information_schema.key_column_usage k ON k.constraint_schema = r.constraint_schema
                    AND k.constraint_name = r.constraint_name AND k.table_name = r.table_name
                WHERE r.constraint_schema = database() AND r.table_name = ? ORDER BY r.constraint_name
                """)
    }
}
