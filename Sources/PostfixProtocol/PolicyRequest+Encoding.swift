public import NIOCore

extension PolicyRequest {
    /// Appends the values of `wanted` that are not empty, each as a line in the encoding of `protocol=1`; never
    /// `request`, which has another meaning between our own processes. A value that would make its line too long is cut.
    public func encodeAttributes(_ wanted: PolicyAttributeSet = .all, into buffer: inout ByteBuffer) {
        buffer.write(atMost: space(of: wanted)) { encodeAttributes(wanted, into: &$0) }
    }

    /// Writes these lines into space that was reserved for them.
    package func encodeAttributes(_ wanted: PolicyAttributeSet, into writer: inout ByteWriter) {
        let isPlain = isPlain && !mayBeCut
        message.withUnsafeReadableBytes { bytes in
            encoded(wanted).forEach { attribute in
                let value = UnsafeRawBufferPointer(rebasing: bytes[range(of: attribute).range])
                let start = writer.count
                writer.write(attribute.wireName)
                if isPlain {
                    writer.write(ASCII.equals)
                    writer.write(value)
                    writer.write(ASCII.newline)
                } else {
                    writer.writeEnd(of: value, from: start)
                }
            }
        }
    }

    /// Enough for these lines; exactly what they take, when nothing in them needs encoding.
    package func space(of wanted: PolicyAttributeSet) -> Int {
        let factor = isPlain ? 1 : 3
        var space = 0
        encoded(wanted).forEach { attribute in
            space += attribute.wireName.utf8CodeUnitCount + 2
            space += factor * Int(range(of: attribute).length)
        }
        return space
    }

    /// A length in bytes that all lines together cannot exceed; it is known without looking at any.
    public var greatestEncodedLength: Int { 3 * length + Self.spaceOfNames }

    /// All names, each with `=` and LF: a request whose values were decoded has none in its message.
    private static let spaceOfNames = PolicyAttribute.allCases.reduce(0) { $0 + $1.wireName.utf8CodeUnitCount + 2 }

    /// How long all lines are together, in bytes.
    public var encodedLength: Int {
        if isPlain, !mayBeCut { return space(of: .all) }
        var buffer = ByteBuffer()
        encodeAttributes(into: &buffer)
        return buffer.readableBytes
    }

    private func encoded(_ wanted: PolicyAttributeSet) -> PolicyAttributeSet {
        present.intersection(wanted).intersection(Self.encodable)
    }

    private static let encodable = PolicyAttributeSet(PolicyAttribute.allCases.filter { $0 != .request })

    /// There may be a value whose line is too long; none that Postfix sends is.
    private var mayBeCut: Bool {
        message.readableBytes + Self.longestName + 1 > AttributeListLimits.standard.line
    }

    /// `ccert_pubkey_fingerprint`; a test holds it to the table.
    static let longestName = 24

    /// The request as one sees it who reads these attributes only: the others have no value.
    public func reading(_ wanted: PolicyAttributeSet) -> PolicyRequest {
        if present.intersection(wanted) == present { return self }
        return PolicyRequest(message) { values in
            present.intersection(wanted).forEach { values[Int($0.rawValue)] = range(of: $0) }
            return isPlain
        }
    }
}
