import Glibc
public import NIOCore

/// Finds whole attribute lists in a byte stream.
///
/// The grammar is Postfix's (SMTPD_POLICY_README, "Protocol description"): lines of `name=value`, each ended by LF,
/// and an empty line behind the last one. CR LF counts as a line end. The framer does not look into the lines.
///
/// It remembers how far it looked, so a stream that arrives byte by byte costs linear time. What it finds and what it
/// refuses does not depend on how the stream was cut.
public struct AttributeListFramer: Sendable {
    private let limits: AttributeListLimits
    /// Offsets from the reader index: bytes already searched, and the first byte of the unfinished line.
    private var searched = 0
    private var lineStart = 0
    private var lines = 0

    /// A framer at the beginning of a stream.
    public init(limits: AttributeListLimits = .standard) {
        self.limits = limits
    }

    /// Some bytes of an unfinished message were seen.
    public var isMidMessage: Bool { searched > 0 }

    /// Takes the next message off the front of `buffer`.
    ///
    /// The buffer must hold what the last call left there, and whatever arrived since. Nothing is copied.
    /// - Returns: the lines, each with its LF, without the empty line; an empty buffer for an empty request; nil when
    ///   more bytes are needed.
    /// - Throws: when a limit is exceeded, also before the message is complete. Every further call throws again.
    public mutating func next(from buffer: inout ByteBuffer) throws(AttributeListError) -> ByteBuffer? {
        switch buffer.withUnsafeReadableBytes({ bytes in search(bytes) }) {
        case .incomplete:
            return nil
        case .failed(let error):
            throw error
        case .message(let length, let end):
            restart()
            let message = buffer.readSlice(length: length)
            buffer.moveReaderIndex(forwardBy: end)
            return message
        }
    }

    private enum Progress {
        case incomplete
        /// `end` is the length of the empty line behind the message.
        case message(length: Int, end: Int)
        case failed(AttributeListError)
    }

    private mutating func restart() {
        searched = 0
        lineStart = 0
        lines = 0
    }

    private mutating func search(_ bytes: UnsafeRawBufferPointer) -> Progress {
        guard let base = bytes.baseAddress, !bytes.isEmpty else { return .incomplete }
        if searched > bytes.count {
            restart()
        }
        while let found = memchr(base + searched, Int32(ASCII.newline), bytes.count - searched) {
            let newline = base.distance(to: found)
            let length = newline - lineStart
            if length == 0 || (length == 1 && bytes[lineStart] == ASCII.carriageReturn) {
                return .message(length: lineStart, end: length + 1)
            }
            if let error = endLine(at: newline) {
                return .failed(error)
            }
            searched = newline + 1
        }
        searched = bytes.count
        return bytes.count - lineStart > limits.line ? .failed(.lineTooLong(limit: limits.line)) : .incomplete
    }

    /// Counts a complete line. After an error the position stays before that line, so the error comes again.
    private mutating func endLine(at newline: Int) -> AttributeListError? {
        if newline - lineStart > limits.line {
            return .lineTooLong(limit: limits.line)
        }
        if lines >= limits.attributes {
            return .tooManyAttributes(limit: limits.attributes)
        }
        if newline + 1 > limits.message {
            return .messageTooLong(limit: limits.message)
        }
        lines += 1
        lineStart = newline + 1
        return nil
    }
}
