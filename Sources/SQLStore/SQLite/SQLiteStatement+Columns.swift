import CSQLite

extension SQLiteStatement {
    /// The number of columns of a row.
    public var columnCount: Int {
        Int(sqlite3_column_count(handle))
    }

    /// Whether the column is NULL.
    public func isNull(_ column: Int) -> Bool {
        sqlite3_column_type(handle, Int32(truncatingIfNeeded: column)) == SQLITE_NULL
    }

    /// The column as an integer: text as the number it begins with, NULL as 0.
    public func integer(_ column: Int) -> Int64 {
        sqlite3_column_int64(handle, Int32(truncatingIfNeeded: column))
    }

    /// The column as text: numbers in decimal, NULL as the empty text, invalid UTF-8 with U+FFFD.
    public func text(_ column: Int) -> String {
        let index = Int32(truncatingIfNeeded: column)
        guard let bytes = sqlite3_column_text(handle, index) else { return "" }
        let length = Int(sqlite3_column_bytes(handle, index))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: length), as: UTF8.self)
    }

    /// The column's bytes; NULL as none.
    public func blob(_ column: Int) -> [UInt8] {
        let index = Int32(truncatingIfNeeded: column)
        guard let bytes = sqlite3_column_blob(handle, index) else { return [] }
        return Array(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, index))))
    }

    /// The column as a key, or nil unless it has 16 bytes.
    public func key(_ column: Int) -> Bytes16? {
        let index = Int32(truncatingIfNeeded: column)
        guard let bytes = sqlite3_column_blob(handle, index) else { return nil }
        return Bytes16(bytes: UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, index))))
    }

    /// The column as it is stored; a floating-point number as text.
    public func value(_ column: Int) -> SQLValue {
        switch sqlite3_column_type(handle, Int32(truncatingIfNeeded: column)) {
        case SQLITE_NULL: .null
        case SQLITE_INTEGER: .integer(integer(column))
        case SQLITE_BLOB: .blob(blob(column))
        default: .text(text(column))
        }
    }

    /// All columns of the row.
    public var row: [SQLValue] {
        (0..<columnCount).map { value($0) }
    }
}
