internal import CPostgreSQL

/// A value in PostgreSQL's binary format with its type. Integers are sent as `bigint`, texts as `text`, bytes as
/// `bytea`; NULL takes the type that its place asks for.
struct PostgreSQLParameter {
    let type: Oid
    /// Nil for NULL.
    let bytes: [UInt8]?

    /// - Throws: `.constraint` for text with NUL, which PostgreSQL cannot store.
    init(_ value: SQLValue, _ sql: String) throws(SQLError) {
        type = Self.type(of: value)
        bytes =
            switch value {
            case .null: nil
            case .integer(let number): Self.bytes(of: number)
            case .text(let text): Array(text.utf8)
            case .blob(let blob): blob
            }
        guard type != PostgreSQLType.text || bytes?.contains(0) != true else {
            throw SQLError(.constraint, "a text with a NUL byte", statement: sql)
        }
    }

    /// The type that a value is sent as; 0 for NULL.
    static func type(of value: SQLValue) -> Oid {
        switch value {
        case .null: 0
        case .integer: PostgreSQLType.int8
        case .text: PostgreSQLType.text
        case .blob: PostgreSQLType.bytea
        }
    }

    /// All values of a statement.
    static func all(_ values: [SQLValue], _ sql: String) throws(SQLError) -> [PostgreSQLParameter] {
        var parameters: [PostgreSQLParameter] = []
        parameters.reserveCapacity(values.count)
        for value in values { parameters.append(try PostgreSQLParameter(value, sql)) }
        return parameters
    }

    /// One array of all values, which are of one kind or NULL. In the array's format there are the number of dimensions,
    /// whether there are NULLs and the elements' type; then the length and the lower bound; then the elements.
    init(array values: [SQLValue], _ sql: String) throws(SQLError) {
        var element: Oid = 0
        var hasNull = false
        for value in values {
            let type = Self.type(of: value)
            guard type != 0 else {
                hasNull = true
                continue
            }
            guard element == 0 || element == type else {
                throw SQLError(.other, "values of different kinds in one column", statement: sql)
            }
            element = type
        }
        element = element == 0 ? PostgreSQLType.text : element
        var data: [UInt8] = []
        data.reserveCapacity(20 + values.count * 40)
        let head: [Int32] = [
            1, hasNull ? 1 : 0, Int32(bitPattern: element), Int32(truncatingIfNeeded: values.count), 1,
        ]
        for number in head { Self.append(number, to: &data) }
        for value in values { try Self.append(element: value, to: &data, sql) }
        type = Self.array(of: element)
        bytes = data
    }

    /// Its length, -1 for NULL, and its bytes.
    private static func append(element value: SQLValue, to data: inout [UInt8], _ sql: String) throws(SQLError) {
        switch value {
        case .null: append(Int32(-1), to: &data)
        case .integer(let number):
            append(Int32(MemoryLayout<Int64>.size), to: &data)
            append(number, to: &data)
        case .text(let text):
            append(Int32(truncatingIfNeeded: text.utf8.count), to: &data)
            let start = data.count
            data.append(contentsOf: text.utf8)
            guard !data[start...].contains(0) else {
                throw SQLError(.constraint, "a text with a NUL byte", statement: sql)
            }
        case .blob(let blob):
            append(Int32(truncatingIfNeeded: blob.count), to: &data)
            data += blob
        }
    }

    private static func append(_ number: some FixedWidthInteger, to data: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { data.append(contentsOf: $0) }
    }

    private static func array(of element: Oid) -> Oid {
        switch element {
        case PostgreSQLType.int8: PostgreSQLType.int8Array
        case PostgreSQLType.bytea: PostgreSQLType.byteaArray
        default: PostgreSQLType.textArray
        }
    }

    private static func bytes(of number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}

/// The values of one execution, in the form in which libpq takes them.
struct PostgreSQLParameterList {
    let types: [UInt32]
    private let bytes: [UInt8]
    private let ranges: [Range<Int>?]

    init(_ parameters: [PostgreSQLParameter], _ text: StatementText, _ sql: String) throws(SQLError) {
        guard parameters.count == text.order.count else {
            throw SQLError(
                .other, "\(parameters.count) values for \(text.order.count) placeholders", statement: sql)
        }
        types = parameters.map(\.type)
        // libpq wants a pointer to each value, also to an empty one.
        var bytes: [UInt8] = [0]
        ranges = parameters.map { parameter in
            guard let value = parameter.bytes else { return nil }
            let start = bytes.count
            bytes += value
            return start..<bytes.count
        }
        self.bytes = bytes
    }

    /// Puts an execution of the prepared statement into what is to be sent.
    func send(to session: OpaquePointer, statement name: String) -> Bool {
        bytes.withUnsafeBytes { buffer in
            let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            let pointers = ranges.map { range in range.flatMap { base?.advanced(by: $0.lowerBound) } }
            let lengths = ranges.map { Int32(truncatingIfNeeded: $0?.count ?? 0) }
            let formats = [Int32](repeating: 1, count: ranges.count)
            return PQsendQueryPrepared(session, name, Int32(ranges.count), pointers, lengths, formats, 0) == 1
        }
    }
}
