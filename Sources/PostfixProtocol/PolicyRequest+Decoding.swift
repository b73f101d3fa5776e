public import NIOCore

extension PolicyRequest {
    /// Reads a raw message off a Postfix connection, as the framer gives it.
    ///
    /// Unknown names and lines without `=` are skipped, the last of several equal names counts, a CR before the LF is
    /// dropped, NUL and invalid UTF-8 become U+FFFD. Unless something has to be replaced, no byte is copied. `%` has no
    /// meaning here.
    ///
    /// An empty message is no error but `isEmpty`.
    /// - Throws: when there are attributes but no `request=smtpd_access_policy`.
    public init(_ message: ByteBuffer) throws(PolicyRequestError) {
        var scan = LineScan(limits: AttributeListLimits(line: .max, message: .max, attributes: .max))
        _ = scan.readWhole(message)
        try self.init(message, fields: scan.fields, kinds: scan.kinds)
    }

    /// A message of Postfix whose lines are found.
    init(
        _ message: ByteBuffer, fields: ContiguousArray<AttributeList.Field>, kinds: LineScan.Kinds
    ) throws(PolicyRequestError) {
        self.init(message, fields, kinds, decoding: false)
        try checkRequest(hasBytes: message.readableBytes > 0)
    }

    /// Reads a message between our own processes: values are decoded when the list is encoded, attributes that Postfix
    /// does not have are skipped, `request` may be anything. NUL and invalid UTF-8 become U+FFFD.
    public init(_ list: AttributeList) {
        self.init(list.message, list.fields, list.kinds, decoding: list.hasEscapes)
    }

    private init(
        _ message: ByteBuffer, _ fields: ContiguousArray<AttributeList.Field>, _ kinds: LineScan.Kinds,
        decoding: Bool
    ) {
        var needsRepair = false
        let read = PolicyRequest(message) { values in
            message.withUnsafeReadableBytes { bytes in
                for field in fields {
                    guard let attribute = PolicyAttribute(name: field.name(in: bytes)) else { continue }
                    values[Int(attribute.rawValue)] = ValueRange(
                        start: field.equals &+ 1, length: field.end &- field.equals &- 1)
                }
                needsRepair = kinds.needsRepair(bytes)
                return kinds.isPlain
            }
        }
        self = decoding || needsRepair ? read.rebuilt(decoding: decoding) : read
    }

    /// A request with these values, for tests and tools. NUL and invalid text are replaced as above.
    public static func make(_ values: [PolicyAttribute: String]) -> PolicyRequest {
        let sorted = values.sorted { $0.key.rawValue < $1.key.rawValue }
        return PolicyRequest(sorted.lazy.map { ($0.key, repaired(ByteBufferView(ByteBuffer(string: $0.value)))) })
    }

    /// Lays values out in a buffer of their own.
    private init(_ texts: some Sequence<(PolicyAttribute, String)>) {
        var message = ByteBuffer()
        var ranges: [(PolicyAttribute, ValueRange)] = []
        for (attribute, text) in texts {
            let start = message.writerIndex
            let length = message.writeString(text)
            let range = ValueRange(
                start: UInt32(truncatingIfNeeded: start), length: UInt32(truncatingIfNeeded: length))
            ranges.append((attribute, range))
        }
        self.init(message) { values in
            for (attribute, range) in ranges { values[Int(attribute.rawValue)] = range }
            return false
        }
    }

    /// The same values in a buffer of their own, decoded and repaired.
    private func rebuilt(decoding: Bool) -> PolicyRequest {
        PolicyRequest(
            PolicyAttribute.allCases.lazy.filter { !isEmpty($0) }.map { attribute in
                let bytes = decoding ? ByteBufferView(AttributeList.decode(self[attribute])) : self[attribute]
                return (attribute, Self.repaired(bytes))
            })
    }

    private static func repaired(_ bytes: ByteBufferView) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        guard bytes.contains(0) else { return text }
        var repaired = String.UnicodeScalarView()
        repaired.append(contentsOf: text.unicodeScalars.lazy.map { $0 == "\0" ? "\u{fffd}" : $0 })
        return String(repaired)
    }

    private func checkRequest(hasBytes: Bool) throws(PolicyRequestError) {
        guard hasBytes else { return }
        if withBytes(of: .request, { $0.equals(Self.requestName) }) { return }
        throw isEmpty(.request) ? .missingRequest : .unknownRequest(string(.request))
    }
}
