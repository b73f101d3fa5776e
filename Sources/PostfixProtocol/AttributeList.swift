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
        @inline(__always)
        package func name(in message: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(rebasing: message[nameRange])
        }

        /// Its value as it stands there.
        package func value(in message: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(rebasing: message[valueRange])
        }
    }

    /// All of it behind one reference: a list is handed on many times.
    private final class Storage: Sendable {
        let message: ByteBuffer
        let fields: ContiguousArray<Field>
        let kinds: LineScan.Kinds
        let hasEscapes: Bool
        let protocolVersion: Int?

        init(_ message: ByteBuffer, _ fields: ContiguousArray<Field>, _ kinds: LineScan.Kinds) {
            self.message = message
            self.fields = fields
            self.kinds = kinds
            (protocolVersion, hasEscapes) = message.withUnsafeReadableBytes { bytes in
                let version = Self.version(bytes, fields.first)
                return (version, version == 1 && kinds.hasEscaped && bytes.contains(ASCII.percent))
            }
        }

        private static func version(_ bytes: UnsafeRawBufferPointer, _ first: Field?) -> Int? {
            guard let first, first.start == 0, first.name(in: bytes).equals("protocol") else { return nil }
            return DecimalNumber.parse(first.value(in: bytes))
        }
    }

    private let storage: Storage

    var message: ByteBuffer { storage.message }
    var fields: ContiguousArray<Field> { storage.fields }
    /// What kinds of bytes it is made of.
    var kinds: LineScan.Kinds { storage.kinds }
    /// Something in the message may have to be decoded.
    var hasEscapes: Bool { storage.hasEscapes }

    /// The number in a first line `protocol=NUMBER`; nil when the first line is another one.
    public var protocolVersion: Int? { storage.protocolVersion }

    /// Reads the lines of `message`, which stands without its closing empty line. Nothing is copied.
    /// - Throws: when the message exceeds `limits`; what comes from a framer with the same limits never does.
    public init(_ message: ByteBuffer, limits: AttributeListLimits = .standard) throws(AttributeListError) {
        guard message.readableBytes <= limits.message else {
            throw .messageTooLong(limit: limits.message)
        }
        var scan = LineScan(limits: limits)
        if let error = scan.readWhole(message) { throw error }
        self.init(message, fields: scan.fields, kinds: scan.kinds)
    }

    /// A message whose lines are found.
    init(_ message: ByteBuffer, fields: ContiguousArray<Field>, kinds: LineScan.Kinds) {
        storage = Storage(message, fields, kinds)
    }

    /// There was no line at all: an empty message.
    public var isEmpty: Bool { message.readableBytes == 0 }

    /// The number of attributes, `protocol` and doubled names included.
    public var count: Int { fields.count }
}
