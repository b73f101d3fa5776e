internal import CMariaDB
internal import Glibc

/// The values of an execution, laid out column by column as the library takes them. The memory is kept and grows with
/// the largest batch.
final class MariaDBParameters {
    let count: Int
    let binds: UnsafeMutablePointer<MYSQL_BIND>
    private var columns: [Column]

    /// The memory of one column: numbers, or texts by pointer and length, and which are NULL.
    private struct Column {
        var capacity = 0
        var numbers: UnsafeMutablePointer<Int64>?
        var pointers: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
        var lengths: UnsafeMutablePointer<UInt>?
        var indicators: UnsafeMutablePointer<CChar>?
        var bytes: UnsafeMutableRawBufferPointer?

        mutating func reserve(rows: Int, bytes size: Int) {
            if rows > capacity {
                freeRows()
                capacity = rows
                numbers = .allocate(capacity: rows)
                pointers = .allocate(capacity: rows)
                lengths = .allocate(capacity: rows)
                indicators = .allocate(capacity: rows)
            }
            if size > bytes?.count ?? 0 {
                bytes?.deallocate()
                bytes = .allocate(byteCount: size, alignment: 16)
            }
        }

        private func freeRows() {
            numbers?.deallocate()
            pointers?.deallocate()
            lengths?.deallocate()
            indicators?.deallocate()
        }

        func free() {
            freeRows()
            bytes?.deallocate()
        }
    }

    init(count: Int) {
        self.count = count
        binds = .allocate(capacity: max(1, count))
        columns = Array(repeating: Column(), count: count)
    }

    deinit {
        for column in columns { column.free() }
        binds.deallocate()
    }

    /// Takes the values of all rows.
    /// - Throws: `.other` when a column holds values of different kinds.
    func set(_ rows: [[SQLValue]], _ sql: String) throws(SQLError) {
        for index in 0..<count {
            (binds + index).initialize(to: MYSQL_BIND())
            try set(rows.map { $0[index] }, at: index, sql)
            // One row is given by its value itself, many by arrays.
            if rows.count == 1 { setSingle(index) }
        }
    }

    private func setSingle(_ index: Int) {
        let column = columns[index]
        if binds[index].buffer_type != MYSQL_TYPE_LONGLONG {
            binds[index].buffer = column.pointers?[0]
            binds[index].buffer_length = column.lengths?[0] ?? 0
        }
        // The library looks at indicators only in arrays.
        if column.indicators?[0] == CChar(STMT_INDICATOR_NULL.rawValue) { binds[index].buffer_type = MYSQL_TYPE_NULL }
    }

    private func set(_ values: [SQLValue], at index: Int, _ sql: String) throws(SQLError) {
        columns[index].reserve(rows: values.count, bytes: max(1, values.reduce(0) { $0 + Self.size(of: $1) }))
        var type = MYSQL_TYPE_NULL
        var offset = 0
        for (row, value) in values.enumerated() {
            let kind = put(value, row, columns[index], at: &offset)
            guard kind != MYSQL_TYPE_NULL else { continue }
            guard type == MYSQL_TYPE_NULL || type == kind else {
                throw SQLError(.other, "values of different kinds in one column", statement: sql)
            }
            type = kind
        }
        let column = columns[index]
        binds[index].buffer_type = type == MYSQL_TYPE_NULL ? MYSQL_TYPE_STRING : type
        binds[index].buffer =
            type == MYSQL_TYPE_LONGLONG ? UnsafeMutableRawPointer(column.numbers) : .init(column.pointers)
        binds[index].length = column.lengths
        cmariadb_set_indicators(&binds[index], column.indicators)
    }

    private static func size(of value: SQLValue) -> Int {
        switch value {
        case .null, .integer: 0
        case .text(let text): text.utf8.count
        case .blob(let bytes): bytes.count
        }
    }

    private func put(_ value: SQLValue, _ row: Int, _ column: Column, at offset: inout Int) -> enum_field_types {
        column.pointers?[row] = column.bytes?.baseAddress.map { $0 + offset }
        column.lengths?[row] = UInt(Self.size(of: value))
        column.numbers?[row] = 0
        column.indicators?[row] = CChar(STMT_INDICATOR_NONE.rawValue)
        switch value {
        case .null:
            column.indicators?[row] = CChar(STMT_INDICATOR_NULL.rawValue)
            return MYSQL_TYPE_NULL
        case .integer(let number):
            column.numbers?[row] = number
            return MYSQL_TYPE_LONGLONG
        case .text(var text):
            text.withUTF8 { append(UnsafeRawBufferPointer($0), to: column, at: &offset) }
            return MYSQL_TYPE_STRING
        case .blob(let bytes):
            bytes.withUnsafeBytes { append($0, to: column, at: &offset) }
            return MYSQL_TYPE_BLOB
        }
    }

    private func append(_ source: UnsafeRawBufferPointer, to column: Column, at offset: inout Int) {
        if let start = source.baseAddress, let target = column.bytes?.baseAddress {
            memcpy(target + offset, start, source.count)
        }
        offset += source.count
    }
}
