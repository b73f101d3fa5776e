import NIOCore

/// `%XX` for bytes that cannot stand for themselves.
///
/// Reading is lenient: both cases of the digits are taken, and a `%` without two hexadecimal digits behind it stands
/// for itself. Writing always uses upper case.
enum PercentEncoding {
    private static let digits: StaticString = "0123456789ABCDEF"

    static func write(_ byte: UInt8, into writer: inout ByteWriter) {
        writer.write(ASCII.percent)
        writer.write(digits.utf8Start[Int(byte >> 4)])
        writer.write(digits.utf8Start[Int(byte & 15)])
    }

    /// Appends the bytes that `bytes` stands for.
    static func decode(_ bytes: UnsafeRawBufferPointer, into buffer: inout ByteBuffer) {
        var index = 0
        while index < bytes.count {
            if bytes[index] == ASCII.percent, index + 2 < bytes.count,
                let high = value(ofDigit: bytes[index + 1]), let low = value(ofDigit: bytes[index + 2])
            {
                buffer.writeInteger(high << 4 | low)
                index += 3
            } else {
                buffer.writeInteger(bytes[index])
                index += 1
            }
        }
    }

    private static func value(ofDigit byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
