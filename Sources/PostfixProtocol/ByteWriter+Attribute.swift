/// Lines of `name=value`, encoded and bounded as by ``ByteBuffer/writeAttribute(_:_:)``. A message is written in one piece
/// into space that is reserved for all of it.
extension ByteWriter {
    /// Enough for a line whose name is a constant and whose value is a number.
    package static let spaceOfLine = 64

    /// Enough for a line whose name is a constant.
    package static func space(of value: String) -> Int {
        spaceOfLine + 3 * value.utf8.count
    }

    /// Writes a line whose name is a constant.
    package mutating func writeAttribute(_ name: StaticString, _ value: String) {
        let start = count
        write(name)
        var value = value
        value.withUTF8 { writeEnd(of: UnsafeRawBufferPointer($0), from: start) }
    }

    /// Writes a line whose name is a constant, and whose value begins with one.
    package mutating func writeAttribute(_ name: StaticString, word: StaticString, _ rest: String) {
        let start = count
        write(name)
        write(ASCII.equals)
        write(word)
        write(ASCII.space)
        var rest = rest
        rest.withUTF8 { writeValue(UnsafeRawBufferPointer($0), from: start) }
    }

    /// Writes a line with a number in decimal.
    package mutating func writeAttribute(_ name: StaticString, _ value: Int) {
        write(name)
        write(ASCII.equals)
        if value < 0 { write(UInt8(ascii: "-")) }
        writeDecimal(UInt64(value.magnitude))
        write(ASCII.newline)
    }

    /// Writes a line whose name is in parts: those of constants stand as they are, `first` and `second` are encoded.
    package mutating func writeAttribute(
        prefix: StaticString, _ first: String, separator: StaticString = "", _ second: String = "", value: String
    ) {
        let start = count
        var parts = (first, second, value)
        write(prefix)
        parts.0.withUTF8 { writeEscaped(UnsafeRawBufferPointer($0), alsoEscaping: ASCII.equals) }
        write(separator)
        parts.1.withUTF8 { writeEscaped(UnsafeRawBufferPointer($0), alsoEscaping: ASCII.equals) }
        parts.2.withUTF8 { writeEnd(of: UnsafeRawBufferPointer($0), from: start) }
    }

    /// Writes a line whose name begins with a constant and goes on with `rest`, and whose value is a constant.
    package mutating func writeAttribute(prefix: StaticString, _ rest: String, constant: StaticString) {
        write(prefix)
        var rest = rest
        rest.withUTF8 { writeEscaped(UnsafeRawBufferPointer($0), alsoEscaping: ASCII.equals) }
        write(ASCII.equals)
        write(constant)
        write(ASCII.newline)
    }

    /// Writes a line whose value is words with spaces between them. Words that would make the line longer than its
    /// reader takes are left out.
    package mutating func writeAttribute(_ name: StaticString, words: [String]) {
        let start = count
        let mayBeTooLong = Self.space(of: words) > AttributeListLimits.standard.line
        write(name)
        write(ASCII.equals)
        for (place, word) in words.enumerated() {
            var word = word
            let isTaken = word.withUTF8 { bytes in
                let bytes = UnsafeRawBufferPointer(bytes)
                if mayBeTooLong {
                    let length = Self.length(of: bytes) + (place > 0 ? 1 : 0)
                    guard count - start + length <= AttributeListLimits.standard.line else { return false }
                }
                if place > 0 { write(ASCII.space) }
                writeEscaped(bytes, alsoEscaping: ASCII.percent)
                return true
            }
            guard isTaken else { break }
        }
        write(ASCII.newline)
    }

    /// Enough for such a line.
    package static func space(of words: [String]) -> Int {
        words.reduce(spaceOfLine) { $0 + 3 * $1.utf8.count + 1 }
    }

    /// Writes `=`, the value of the line whose name was written from `start` on, and LF.
    mutating func writeEnd(of value: UnsafeRawBufferPointer, from start: Int) {
        write(ASCII.equals)
        writeValue(value, from: start)
    }

    private mutating func writeValue(_ value: UnsafeRawBufferPointer, from start: Int) {
        let room = max(AttributeListLimits.standard.line - (count - start), 0)
        writeEscaped(Self.head(of: value, within: room), alsoEscaping: ASCII.percent)
        write(ASCII.newline)
    }

    /// As many characters from the start of `value` as take at most `room` bytes when they are encoded.
    private static func head(of value: UnsafeRawBufferPointer, within room: Int) -> UnsafeRawBufferPointer {
        guard value.count > room / 3 else { return value }
        var size = 0
        var end = 0
        while end < value.count {
            size += mustBeEscaped(value[end]) ? 3 : 1
            guard size <= room else { break }
            end += 1
        }
        while end > 0, end < value.count, UTF8.isContinuation(value[end]) { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: value[..<end])
    }

    private static func length(of bytes: UnsafeRawBufferPointer) -> Int {
        bytes.reduce(0) { $0 + (mustBeEscaped($1) ? 3 : 1) }
    }

    @inline(__always)
    private static func mustBeEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == ASCII.percent || byte == ASCII.delete
    }

    mutating func writeEscaped(_ bytes: UnsafeRawBufferPointer, alsoEscaping extra: UInt8) {
        var clean = 0
        var index = 0
        while index < bytes.count {
            if index + 8 <= bytes.count {
                let word = ByteWord(bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                if !word.hasControl, !word.contains(ASCII.percent), !word.contains(ASCII.delete), !word.contains(extra)
                {
                    index += 8
                    continue
                }
            }
            let end = min(index + 8, bytes.count)
            while index < end {
                let byte = bytes[index]
                if Self.mustBeEscaped(byte) || byte == extra {
                    write(UnsafeRawBufferPointer(rebasing: bytes[clean..<index]))
                    PercentEncoding.write(byte, into: &self)
                    clean = index + 1
                }
                index += 1
            }
        }
        write(UnsafeRawBufferPointer(rebasing: bytes[clean...]))
    }
}
