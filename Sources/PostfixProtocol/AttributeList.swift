import Glibc
public import NIOCore

/// A decoded attribute list: names and values as ranges of the message they came in.
///
/// This is the message form of the protocol between the frontend and the services (docs/protocol.md). Its grammar:
///
///     message   = *line
///     line      = name "=" value LF         ; split at the first "=", a line without one is ignored
///
/// When the first line is `protocol=1`, `%`, bytes below 0x20 and 0x7f are written as %XX in values, and names may use
/// %XX too. Without that line the message is raw, as Postfix sends it: nothing is decoded.
///
/// Evolution: readers skip names they do not know, so a minor version adds attributes. Another number in the first
/// line is another language; `protocolVersion` reports it and the reader decides.
public struct AttributeList: Sendable {
    /// Where one attribute lies, as offsets from the start of the message.
    package struct Field {
        /// The first byte of the name, the `=`, and the byte behind the value.
        package var start: UInt32
        package var equals: UInt32
        package var end: UInt32

        var nameRange: Range<Int> { Int(start)..<Int(equals) }
        var valueRange: Range<Int> { Int(equals) + 1..<Int(end) }

        /// Its name as it stands in the message that these offsets belong to.
        package func name(in message: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(rebasing: message[nameRange])
        }

        /// Its value as it stands there.
        package func value(in message: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(rebasing: message[valueRange])
        }
    }

    let message: ByteBuffer
    private(set) var fields: ContiguousArray<Field> = []
    /// Something in the message may have to be decoded.
    private(set) var hasEscapes = false

    /// The number in a first line `protocol=NUMBER`; nil when the first line is another one.
    public private(set) var protocolVersion: Int?

    /// Reads the lines of `message`, which stands without its closing empty line. Nothing is copied.
    /// - Throws: when the message exceeds `limits`; what comes from a framer with the same limits never does.
    public init(_ message: ByteBuffer, limits: AttributeListLimits = .standard) throws(AttributeListError) {
        self.message = message
        guard message.readableBytes <= limits.message else {
            throw .messageTooLong(limit: limits.message)
        }
        if let error = message.withUnsafeReadableBytes({ bytes in read(bytes, limits: limits) }) {
            throw error
        }
    }

    private mutating func read(_ bytes: UnsafeRawBufferPointer, limits: AttributeListLimits) -> AttributeListError? {
        var lines = AttributeLines(bytes)
        fields.reserveCapacity(min(limits.attributes, 40))
        while let line = lines.next() {
            if line.end - line.start > limits.line {
                return .lineTooLong(limit: limits.line)
            }
            if fields.count >= limits.attributes {
                return .tooManyAttributes(limit: limits.attributes)
            }
            fields.append(
                Field(
                    start: UInt32(truncatingIfNeeded: line.start), equals: UInt32(truncatingIfNeeded: line.equals),
                    end: UInt32(truncatingIfNeeded: line.end)))
        }
        readVersion(bytes)
        return nil
    }

    private mutating func readVersion(_ bytes: UnsafeRawBufferPointer) {
        guard let first = fields.first, first.start == 0 else { return }
        guard bytes[first.nameRange].elementsEqual("protocol".utf8) else { return }
        protocolVersion = DecimalNumber.parse(UnsafeRawBufferPointer(rebasing: bytes[first.valueRange]))
        if protocolVersion == 1, let base = bytes.baseAddress {
            hasEscapes = memchr(base, Int32(ASCII.percent), bytes.count) != nil
        }
    }

    /// There was no line at all: an empty message.
    public var isEmpty: Bool { message.readableBytes == 0 }

    /// The number of attributes, `protocol` and doubled names included.
    public var count: Int { fields.count }
}
