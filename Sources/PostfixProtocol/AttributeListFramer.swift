public import NIOCore

/// Finds whole attribute lists in a byte stream.
///
/// The grammar is Postfix's (SMTPD_POLICY_README, "Protocol description"): lines of `name=value`, each ended by LF,
/// and an empty line behind the last one. CR LF counts as a line end. What the lines say is nothing to it, but where they
/// lie it knows, and a list or a request that is taken from it need not be searched again.
///
/// It remembers how far it looked, so a stream that arrives byte by byte costs linear time. What it finds and what it
/// refuses does not depend on how the stream was cut.
public struct AttributeListFramer: Sendable {
    private var scan: LineScan

    /// A framer at the beginning of a stream.
    public init(limits: AttributeListLimits = .standard) {
        scan = LineScan(limits: limits)
    }

    /// Some bytes of an unfinished message were seen.
    public var isMidMessage: Bool { scan.isMidMessage }

    /// Takes the next message off the front of `buffer`.
    ///
    /// The buffer must hold what the last call left there, and whatever arrived since. Nothing is copied.
    /// - Returns: the lines, each with its LF, without the empty line; an empty buffer for an empty request; nil when
    ///   more bytes are needed.
    /// - Throws: when a limit is exceeded, also before the message is complete. Every further call throws again.
    public mutating func next(from buffer: inout ByteBuffer) throws(AttributeListError) -> ByteBuffer? {
        guard let message = try find(in: &buffer) else { return nil }
        scan.restart()
        return message
    }

    /// The same, as a list.
    public mutating func nextList(from buffer: inout ByteBuffer) throws(AttributeListError) -> AttributeList? {
        guard let message = try find(in: &buffer) else { return nil }
        let kinds = scan.kinds
        return AttributeList(message, fields: scan.takeFields(), kinds: kinds)
    }

    /// The same, as a request of Postfix.
    /// - Throws: also what ``PolicyRequest/init(_:)-(ByteBuffer)`` throws.
    public mutating func nextRequest(from buffer: inout ByteBuffer) throws -> PolicyRequest? {
        guard let message = try find(in: &buffer) else { return nil }
        defer { scan.restart() }
        return try PolicyRequest(message, fields: scan.fields, kinds: scan.kinds)
    }

    private mutating func find(in buffer: inout ByteBuffer) throws(AttributeListError) -> ByteBuffer? {
        switch buffer.withUnsafeReadableBytes({ bytes in scan.findMessage(in: bytes) }) {
        case .incomplete:
            return nil
        case .failed(let error):
            throw error
        case .message(let length, let end):
            let message = buffer.readSlice(length: length)
            buffer.moveReaderIndex(forwardBy: end)
            return message
        }
    }
}
