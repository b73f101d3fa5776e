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
            let start = writer.count
            writer.writeEscaped(name, alsoEscaping: ASCII.equals)
            writer.writeEnd(of: value, from: start)
        }
    }
}
