public import NIOCore

extension ByteBuffer {
    /// Appends `name=value` and LF in the encoding of `protocol=1`: in the value `%`, bytes below 0x20 and 0x7f become
    /// %XX, everything else stands for itself. In the name the same bytes are written so, and `=`.
    ///
    /// Encoding makes a value up to three times as long, and a reader hangs up on a line that is too long. So a value
    /// whose line would exceed ``AttributeListLimits/line`` is cut, behind a whole character.
    public mutating func writeAttribute(_ name: String, _ value: String) {
        var name = name
        var value = value
        name.withUTF8 { name in
            value.withUTF8 { value in
                writeAttributeLine(UnsafeRawBufferPointer(name), UnsafeRawBufferPointer(value))
            }
        }
    }

    /// Appends `name=value` and LF for a value of any bytes; encoded as above.
    public mutating func writeAttribute(_ name: String, bytes: ByteBufferView) {
        var name = name
        name.withUTF8 { name in
            bytes.withUnsafeBytes { value in
                writeAttributeLine(UnsafeRawBufferPointer(name), value)
            }
        }
    }

    /// Appends `name=value` and LF for a name in parts: those of constants stand as they are, `first` and `second` are
    /// encoded as above.
    package mutating func writeAttribute(
        prefix: StaticString, _ first: String, separator: StaticString = "", _ second: String = "", value: String
    ) {
        var parts = (first, second, value)
        parts.0.withUTF8 { first in
            parts.1.withUTF8 { second in
                parts.2.withUTF8 { value in
                    let constants = prefix.utf8CodeUnitCount + separator.utf8CodeUnitCount
                    write(atMost: constants + 3 * (first.count + second.count + value.count) + 2) { writer in
                        writer.write(prefix)
                        writer.writeEscaped(UnsafeRawBufferPointer(first), alsoEscaping: ASCII.equals)
                        writer.write(separator)
                        writer.writeEscaped(UnsafeRawBufferPointer(second), alsoEscaping: ASCII.equals)
                        writer.writeEnd(of: UnsafeRawBufferPointer(value))
                    }
                }
            }
        }
    }

    /// Appends `name=value` and LF for a value of words with spaces between them, encoded as above.
    /// Words that would make the line longer than its reader takes are left out.
    package mutating func writeAttribute(_ name: StaticString, words: [String]) {
        let space = words.reduce(name.utf8CodeUnitCount + 2) { $0 + 3 * $1.utf8.count + 1 }
        write(atMost: space) { writer in
            writer.write(name)
            writer.write(ASCII.equals)
            for (place, word) in words.enumerated() {
                var word = word
                let isTaken = word.withUTF8 { bytes in
                    let length = bytes.reduce(place > 0 ? 1 : 0) { $0 + (ByteWriter.mustBeEscaped($1) ? 3 : 1) }
                    guard writer.count + length <= AttributeListLimits.standard.line else { return false }
                    if place > 0 { writer.write(ASCII.space) }
                    writer.writeEscaped(UnsafeRawBufferPointer(bytes), alsoEscaping: ASCII.percent)
                    return true
                }
                guard isTaken else { break }
            }
            writer.write(ASCII.newline)
        }
    }

    /// Appends `name=value` and LF for a number, in decimal.
    public mutating func writeAttribute(_ name: String, _ value: Int) {
        writeAttribute(name, String(value))
    }

    /// Appends the empty line behind the last attribute.
    public mutating func writeEndOfMessage() {
        writeInteger(ASCII.newline)
    }
}

extension ByteBuffer {
    mutating func writeAttributeLine(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        write(atMost: 3 * (name.count + value.count) + 2) { writer in
            writer.writeEscaped(name, alsoEscaping: ASCII.equals)
            writer.writeEnd(of: value)
        }
    }
}

extension ByteWriter {
    /// Writes `=`, the value of a line whose name has been written, and LF.
    fileprivate mutating func writeEnd(of value: UnsafeRawBufferPointer) {
        write(ASCII.equals)
        let room = max(AttributeListLimits.standard.line - count, 0)
        writeEscaped(Self.head(of: value, within: room), alsoEscaping: ASCII.percent)
        write(ASCII.newline)
    }

    /// As many characters from the start of `value` as take at most `room` bytes when they are encoded.
    private static func head(of value: UnsafeRawBufferPointer, within room: Int) -> UnsafeRawBufferPointer {
        guard value.count > room / 3 else { return value }
        var size = 0
        var end = 0
        while end < value.count {
            size += ByteWriter.mustBeEscaped(value[end]) ? 3 : 1
            guard size <= room else { break }
            end += 1
        }
        while end > 0, end < value.count, UTF8.isContinuation(value[end]) { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: value[..<end])
    }

    @inline(__always)
    fileprivate static func mustBeEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == ASCII.percent || byte == ASCII.delete
    }

    fileprivate mutating func writeEscaped(_ bytes: UnsafeRawBufferPointer, alsoEscaping extra: UInt8) {
        var clean = 0
        for index in 0..<bytes.count {
            let byte = bytes[index]
            guard Self.mustBeEscaped(byte) || byte == extra else { continue }
            write(UnsafeRawBufferPointer(rebasing: bytes[clean..<index]))
            PercentEncoding.write(byte, into: &self)
            clean = index + 1
        }
        write(UnsafeRawBufferPointer(rebasing: bytes[clean...]))
    }
}
