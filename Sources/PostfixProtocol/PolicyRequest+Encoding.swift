public import NIOCore

extension PolicyRequest {
    /// Appends every value that is not empty as a line in the encoding of `protocol=1`, without `request`, which has
    /// another meaning between our own processes. A value that would make its line too long is cut.
    public func encodeAttributes(into buffer: inout ByteBuffer) {
        message.withUnsafeReadableBytes { bytes in
            if isPlain, !hasLongValue {
                writePlain(bytes, into: &buffer)
            } else {
                writeEncoded(bytes, into: &buffer)
            }
        }
    }

    private static let firstEncoded = Int(PolicyAttribute.request.rawValue) + 1

    /// A value that may have to be cut; none that Postfix sends.
    private var hasLongValue: Bool {
        values.contains { Int($0.length) + Self.longestName + 1 > AttributeListLimits.standard.line }
    }

    private func writeEncoded(_ bytes: UnsafeRawBufferPointer, into buffer: inout ByteBuffer) {
        for attribute in PolicyAttribute.allCases where attribute != .request && !isEmpty(attribute) {
            let name = attribute.wireName
            let nameBytes = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
            let value = values[Int(attribute.rawValue)].range
            buffer.writeAttributeLine(nameBytes, UnsafeRawBufferPointer(rebasing: bytes[value]))
        }
    }

    /// Nothing needs encoding: the lines are copied into space reserved once.
    private func writePlain(_ bytes: UnsafeRawBufferPointer, into buffer: inout ByteBuffer) {
        var space = 0
        for index in values.indices where values[index].length > 0 {
            space += Int(values[index].length) + Self.longestName + 2
        }
        buffer.write(atMost: space) { writer in
            for index in Self.firstEncoded..<PolicyAttribute.total where values[index].length > 0 {
                guard let attribute = PolicyAttribute(rawValue: UInt8(truncatingIfNeeded: index)) else { continue }
                writer.write(attribute.wireName)
                writer.write(ASCII.equals)
                writer.write(UnsafeRawBufferPointer(rebasing: bytes[values[index].range]))
                writer.write(ASCII.newline)
            }
        }
    }

    /// `ccert_pubkey_fingerprint`; a test holds it to the table.
    static let longestName = 24
}
