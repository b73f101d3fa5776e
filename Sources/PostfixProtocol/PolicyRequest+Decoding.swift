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
        self.message = message
        values = message.withUnsafeReadableBytes { bytes in
            Self.gather { values in
                var lines = AttributeLines(bytes)
                while let line = lines.next() {
                    Self.note(line.equals + 1..<line.end, named: line.start..<line.equals, in: bytes, &values)
                }
            }
        }
        finish(message.withUnsafeReadableBytes { MessageScan($0) }, decoding: false)
        try checkRequest(hasBytes: message.readableBytes > 0)
    }

    /// Reads a message between our own processes: values are decoded when the list is encoded, attributes that Postfix
    /// does not have are skipped, `request` may be anything. NUL and invalid UTF-8 become U+FFFD.
    public init(_ list: AttributeList) {
        message = list.message
        values = list.message.withUnsafeReadableBytes { bytes in
            Self.gather { values in
                for field in list.fields {
                    Self.note(field.valueRange, named: field.nameRange, in: bytes, &values)
                }
            }
        }
        finish(message.withUnsafeReadableBytes { MessageScan($0) }, decoding: list.hasEscapes)
    }

    /// A request with these values, for tests and tools. NUL and invalid text are replaced as above.
    public static func make(_ values: [PolicyAttribute: String]) -> PolicyRequest {
        var request = PolicyRequest(message: ByteBuffer(), values: noValues())
        for (attribute, value) in values.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            request.append(value, as: attribute)
        }
        request.finish(request.message.withUnsafeReadableBytes { MessageScan($0) }, decoding: false)
        return request
    }

    /// Fills a table that lies on the stack, and makes an array of it at the end: an array would be asked for each
    /// value whether it is its owner's alone.
    @inline(__always)
    private static func gather(
        _ body: (_ values: inout UnsafeMutableBufferPointer<ValueRange>) -> Void
    ) -> ContiguousArray<ValueRange> {
        withUnsafeTemporaryAllocation(of: ValueRange.self, capacity: PolicyAttribute.total) { table in
            var values = table
            values.initialize(repeating: ValueRange())
            body(&values)
            return ContiguousArray(values)
        }
    }

    @inline(__always)
    private static func note(
        _ value: Range<Int>, named name: Range<Int>, in bytes: UnsafeRawBufferPointer,
        _ values: inout UnsafeMutableBufferPointer<ValueRange>
    ) {
        guard let attribute = PolicyAttribute(name: UnsafeRawBufferPointer(rebasing: bytes[name])) else { return }
        values[Int(attribute.rawValue)] = ValueRange(
            start: UInt32(truncatingIfNeeded: value.lowerBound), length: UInt32(truncatingIfNeeded: value.count))
    }

    private mutating func append(_ value: String, as attribute: PolicyAttribute) {
        let start = message.writerIndex
        let length = message.writeString(value)
        values[Int(attribute.rawValue)] = ValueRange(
            start: UInt32(truncatingIfNeeded: start), length: UInt32(truncatingIfNeeded: length))
        // Keeps neighbours apart, or the end of one value and the start of the next could make up a character.
        message.writeInteger(ASCII.newline)
    }

    private mutating func finish(_ scan: MessageScan, decoding: Bool) {
        isPlain = scan.isPlain
        if decoding || scan.needsRepair {
            rebuild(decoding: decoding)
        }
        protocolState = withBytes(of: .protocolState) { ProtocolState(parsing: $0) }
    }

    /// Moves the values into a buffer of their own, decoded and repaired.
    private mutating func rebuild(decoding: Bool) {
        let old = self
        message = ByteBuffer()
        values = Self.noValues()
        isPlain = false
        for attribute in PolicyAttribute.allCases where !old.isEmpty(attribute) {
            let bytes = decoding ? ByteBufferView(AttributeList.decode(old[attribute])) : old[attribute]
            append(Self.repaired(bytes), as: attribute)
        }
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
