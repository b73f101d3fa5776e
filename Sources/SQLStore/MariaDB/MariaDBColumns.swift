internal import CMariaDB

/// Where the library puts the columns of a row: integers as such, everything else as its bytes.
final class MariaDBColumns {
    private static let room = 256
    private static let binary: UInt32 = 63

    private enum Kind {
        case integer
        case unsigned
        case decimal
        case text
        case blob
    }

    let binds: UnsafeMutablePointer<MYSQL_BIND>
    private let kinds: [Kind]
    private let buffers: UnsafeMutableRawPointer
    private let lengths: UnsafeMutablePointer<UInt>
    private let nulls: UnsafeMutablePointer<my_bool>

    init(_ metadata: UnsafeMutablePointer<MYSQL_RES>) {
        defer { mysql_free_result(metadata) }
        let count = Int(mysql_num_fields(metadata))
        let fields = mysql_fetch_fields(metadata)
        kinds = (0..<count).map { index in fields.map { Self.kind($0[index]) } ?? .text }
        binds = .allocate(capacity: count)
        buffers = .allocate(byteCount: count * Self.room, alignment: 16)
        lengths = .allocate(capacity: count)
        nulls = .allocate(capacity: count)
        for index in 0..<count {
            (binds + index).initialize(to: MYSQL_BIND())
            (lengths + index).initialize(to: 0)
            (nulls + index).initialize(to: 0)
            let isInteger = kinds[index] == .integer || kinds[index] == .unsigned
            binds[index].buffer_type = isInteger ? MYSQL_TYPE_LONGLONG : MYSQL_TYPE_BLOB
            binds[index].is_unsigned = kinds[index] == .unsigned ? 1 : 0
            binds[index].buffer = buffers + index * Self.room
            binds[index].buffer_length = UInt(Self.room)
            binds[index].length = lengths + index
            binds[index].is_null = nulls + index
        }
    }

    deinit {
        binds.deallocate()
        buffers.deallocate()
        lengths.deallocate()
        nulls.deallocate()
    }

    private static func kind(_ field: MYSQL_FIELD) -> Kind {
        switch field.type {
        case MYSQL_TYPE_TINY, MYSQL_TYPE_SHORT, MYSQL_TYPE_INT24, MYSQL_TYPE_LONG, MYSQL_TYPE_LONGLONG,
            MYSQL_TYPE_YEAR:
            field.flags & UInt32(UNSIGNED_FLAG) == 0 ? .integer : .unsigned
        case MYSQL_TYPE_DECIMAL, MYSQL_TYPE_NEWDECIMAL: .decimal
        case MYSQL_TYPE_VAR_STRING, MYSQL_TYPE_STRING, MYSQL_TYPE_VARCHAR, MYSQL_TYPE_BLOB, MYSQL_TYPE_TINY_BLOB,
            MYSQL_TYPE_MEDIUM_BLOB, MYSQL_TYPE_LONG_BLOB:
            field.charsetnr == binary ? .blob : .text
        default: .text
        }
    }

    /// The row that has just been fetched.
    func row(of statement: UnsafeMutablePointer<MYSQL_STMT>, _ sql: String) throws(SQLError) -> [SQLValue] {
        var row: [SQLValue] = []
        row.reserveCapacity(kinds.count)
        for index in kinds.indices {
            row.append(nulls[index] != 0 ? .null : try value(index, statement, sql))
        }
        return row
    }

    private func value(
        _ index: Int, _ statement: UnsafeMutablePointer<MYSQL_STMT>, _ sql: String
    ) throws(SQLError) -> SQLValue {
        let start = buffers + index * Self.room
        switch kinds[index] {
        case .integer: return .integer(start.load(as: Int64.self))
        case .unsigned:
            let number = start.load(as: UInt64.self)
            return Int64(exactly: number).map { .integer($0) } ?? .text("\(number)")
        case .blob: return .blob(try bytes(index, statement, sql))
        case .text: return .text(String(decoding: try bytes(index, statement, sql), as: UTF8.self))
        case .decimal:
            let digits = String(decoding: try bytes(index, statement, sql), as: UTF8.self)
            return Int64(digits).map { .integer($0) } ?? .text(digits)
        }
    }

    /// What is longer than the room for it is fetched again with more.
    private func bytes(
        _ index: Int, _ statement: UnsafeMutablePointer<MYSQL_STMT>, _ sql: String
    ) throws(SQLError) -> [UInt8] {
        let length = Int(lengths[index])
        guard length > Self.room else {
            return Array(UnsafeRawBufferPointer(start: buffers + index * Self.room, count: length))
        }
        var whole = [UInt8](repeating: 0, count: length)
        var isNull: my_bool = 0
        var found: UInt = 0
        let result = whole.withUnsafeMutableBytes { room in
            var bind = MYSQL_BIND()
            bind.buffer_type = MYSQL_TYPE_BLOB
            bind.buffer = room.baseAddress
            bind.buffer_length = UInt(length)
            return withUnsafeMutablePointer(to: &isNull) { null in
                withUnsafeMutablePointer(to: &found) { count in
                    bind.is_null = null
                    bind.length = count
                    return mysql_stmt_fetch_column(statement, &bind, UInt32(index), 0)
                }
            }
        }
        guard result == 0 else { throw SQLError(mariaDB: statement, statement: sql) }
        return whole
    }
}
