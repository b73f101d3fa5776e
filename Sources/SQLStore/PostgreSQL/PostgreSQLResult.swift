internal import CPostgreSQL

/// A result of libpq's, freed with the value.
final class PostgreSQLResult {
    private let handle: OpaquePointer
    let status: ExecStatusType

    init(_ handle: OpaquePointer) {
        self.handle = handle
        status = PQresultStatus(handle)
    }

    deinit {
        PQclear(handle)
    }

    /// The server's error, if this is one.
    func error(_ sql: String) -> SQLError? {
        guard status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE else { return nil }
        return SQLError(postgreSQL: handle, statement: sql)
    }

    /// The number of rows that the command has changed or returned.
    var changes: Int {
        PQcmdTuples(handle).flatMap { Int(String(cString: $0)) } ?? 0
    }

    /// The command as the server names it when it is done.
    var command: String {
        PQcmdStatus(handle).map { String(cString: $0) } ?? ""
    }

    /// All rows.
    var rows: [[SQLValue]] {
        let columns = PQnfields(handle)
        let types = (0..<columns).map { PQftype(handle, $0) }
        return (0..<PQntuples(handle)).map { row in
            (0..<columns).map { value(row, $0, types[Int($0)]) }
        }
    }

    private func value(_ row: Int32, _ column: Int32, _ type: Oid) -> SQLValue {
        guard PQgetisnull(handle, row, column) == 0, let text = PQgetvalue(handle, row, column) else { return .null }
        let bytes = UnsafeRawBufferPointer(start: text, count: Int(PQgetlength(handle, row, column)))
        switch type {
        case PostgreSQLType.bool: return .integer(bytes.first == UInt8(ascii: "t") ? 1 : 0)
        case PostgreSQLType.bytea: return .blob(Self.bytes(hexadecimal: bytes.dropFirst(2)))
        case PostgreSQLType.int2, PostgreSQLType.int4, PostgreSQLType.int8, PostgreSQLType.oid, PostgreSQLType.numeric:
            let digits = String(decoding: bytes, as: UTF8.self)
            return Int64(digits).map { .integer($0) } ?? .text(digits)
        default: return .text(String(decoding: bytes, as: UTF8.self))
        }
    }

    private static func bytes(hexadecimal digits: Slice<UnsafeRawBufferPointer>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        var high: UInt8?
        for digit in digits {
            let value = digit >= UInt8(ascii: "a") ? digit &- UInt8(ascii: "a") &+ 10 : digit &- UInt8(ascii: "0")
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }
}

/// The numbers of types that every PostgreSQL server has.
enum PostgreSQLType {
    static let bool: Oid = 16
    static let bytea: Oid = 17
    static let int8: Oid = 20
    static let int2: Oid = 21
    static let int4: Oid = 23
    static let text: Oid = 25
    static let oid: Oid = 26
    static let byteaArray: Oid = 1001
    static let textArray: Oid = 1009
    static let int8Array: Oid = 1016
    static let numeric: Oid = 1700
}
