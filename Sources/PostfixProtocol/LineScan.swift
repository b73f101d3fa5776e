internal import CByteBlock
internal import NIOCore

/// Finds the lines of a message, where each lies and its first `=`, and what kinds of bytes there are: in one pass over
/// the bytes, thirty-two at a time, and each byte once however they arrive.
struct LineScan: Sendable {
    /// What a search came to.
    enum Progress {
        case incomplete
        /// `end` is the length of the empty line behind the message.
        case message(length: Int, end: Int)
        case failed(AttributeListError)
    }

    /// What kinds of bytes were seen.
    struct Kinds: Sendable {
        /// Something that is written as %XX: `%`, 0x7f, a control character other than LF.
        var hasEscaped = false
        /// Something beyond ASCII.
        var hasHigh = false

        /// Nothing has to be written as %XX.
        var isPlain: Bool { !hasEscaped }

        /// Whether a NUL or invalid UTF-8 is in the bytes of these kinds. In nearly all messages there is none of a kind
        /// that would have to be looked at.
        func needsRepair(_ bytes: UnsafeRawBufferPointer) -> Bool {
            (hasEscaped && bytes.contains(0)) || (hasHigh && String(validating: bytes, as: UTF8.self) == nil)
        }
    }

    /// How far it has come.
    private struct Position {
        var searched = 0
        /// The first byte of the unfinished line.
        var lineStart = 0
        /// The first `=` of the unfinished line; -1 when there is none yet.
        var equals = -1
        /// Finished lines, also those without `=`.
        var lines = 0
    }

    private let limits: AttributeListLimits
    /// Where each line with a `=` lies; lines without one are ignored, as Postfix's own servers do. A CR before the LF
    /// belongs to the line end.
    private(set) var fields: ContiguousArray<AttributeList.Field> = []
    private(set) var kinds = Kinds()
    private var position = Position()
    private var error: AttributeListError?

    init(limits: AttributeListLimits) {
        self.limits = limits
    }

    /// Some bytes of an unfinished message were seen.
    var isMidMessage: Bool { position.searched > 0 }

    /// Begins anew; the room for fields stays.
    mutating func restart() {
        fields.removeAll(keepingCapacity: true)
        kinds = Kinds()
        position = Position()
    }

    /// Begins anew, and gives the fields away.
    mutating func takeFields() -> ContiguousArray<AttributeList.Field> {
        var taken: ContiguousArray<AttributeList.Field> = []
        swap(&taken, &fields)
        kinds = Kinds()
        position = Position()
        return taken
    }

    /// Goes on from where it stopped, up to the first empty line.
    ///
    /// `bytes` begins with what the last call was given. After an error, the same comes again.
    mutating func findMessage(in bytes: UnsafeRawBufferPointer) -> Progress {
        if let error { return .failed(error) }
        if position.searched > bytes.count { restart() }
        let progress = search(bytes, endsAtEmptyLine: true)
        if case .failed(let error) = progress { self.error = error }
        return progress
    }

    /// Looks at a message whose end is known: an empty line is a line without `=`.
    mutating func readWhole(_ message: ByteBuffer) -> AttributeListError? {
        var message = message
        if message.readableBytesView.last != ASCII.newline { message.writeInteger(ASCII.newline) }
        let progress = message.withUnsafeReadableBytes { bytes in search(bytes, endsAtEmptyLine: false) }
        if case .failed(let error) = progress { return error }
        return nil
    }

    /// The fields are gathered on the stack: an array would be asked for each whether it is its owner's alone.
    private mutating func search(_ bytes: UnsafeRawBufferPointer, endsAtEmptyLine: Bool) -> Progress {
        guard let base = bytes.baseAddress else { return .incomplete }
        return withUnsafeTemporaryAllocation(of: AttributeList.Field.self, capacity: Self.gathered) { room in
            var count = 0
            var (searched, lineStart, equals, lines) = (
                position.searched, position.lineStart, position.equals, position.lines
            )
            let (longestLine, mostLines, longestMessage) = (limits.line, limits.attributes, limits.message)
            var progress = Progress.incomplete
            search: while searched < bytes.count {
                let rest = bytes.count &- searched
                let start = base + searched
                let block = rest >= Self.blockSize ? postern_block_at(start) : postern_short_block_at(start, rest)
                var newlines = UInt64(block.newlines)
                var signs = UInt64(block.equals)
                while newlines != 0 {
                    let place = newlines.trailingZeroBitCount
                    let sign = signs.trailingZeroBitCount
                    if equals < 0, sign < place { equals = searched &+ sign }
                    // The rest of the block belongs to the lines behind.
                    signs &= ~0 &<< UInt64(place)
                    newlines &= newlines &- 1
                    let newline = searched &+ place
                    let length = newline &- lineStart
                    if length <= 1, endsAtEmptyLine, length == 0 || bytes[lineStart] == ASCII.carriageReturn {
                        progress = .message(length: lineStart, end: length + 1)
                        note(block, before: 1 &<< UInt32(place))
                        break search
                    }
                    guard length <= longestLine, lines < mostLines, newline < longestMessage else {
                        progress = .failed(error(length: length, lines: lines))
                        break search
                    }
                    lines &+= 1
                    if equals >= 0 {
                        // The `=` is before it, so there is a byte.
                        let isAfterReturn = bytes[newline &- 1] == ASCII.carriageReturn
                        room[count] = AttributeList.Field(
                            start: UInt32(truncatingIfNeeded: lineStart), equals: UInt32(truncatingIfNeeded: equals),
                            end: UInt32(truncatingIfNeeded: isAfterReturn ? newline &- 1 : newline))
                        count &+= 1
                        equals = -1
                        if count == Self.gathered {
                            fields.append(contentsOf: room)
                            count = 0
                        }
                    }
                    lineStart = newline &+ 1
                }
                if equals < 0, signs != 0 { equals = searched &+ signs.trailingZeroBitCount }
                note(block)
                searched &+= min(rest, Self.blockSize)
            }
            fields.append(contentsOf: room[..<count])
            position = Position(searched: searched, lineStart: lineStart, equals: equals, lines: lines)
            if case .incomplete = progress, bytes.count - lineStart > limits.line {
                return .failed(.lineTooLong(limit: limits.line))
            }
            return progress
        }
    }

    private func error(length: Int, lines: Int) -> AttributeListError {
        if length > limits.line { return .lineTooLong(limit: limits.line) }
        if lines >= limits.attributes { return .tooManyAttributes(limit: limits.attributes) }
        return .messageTooLong(limit: limits.message)
    }

    private static let blockSize = 32
    private static let gathered = 64

    @inline(__always)
    private mutating func note(_ block: postern_block) {
        if block.escaped != 0 { kinds.hasEscaped = true }
        if block.high != 0 { kinds.hasHigh = true }
    }

    /// Behind a message there may be another, whose bytes do not count.
    private mutating func note(_ block: postern_block, before bit: UInt32) {
        if block.escaped & (bit &- 1) != 0 { kinds.hasEscaped = true }
        if block.high & (bit &- 1) != 0 { kinds.hasHigh = true }
    }
}
