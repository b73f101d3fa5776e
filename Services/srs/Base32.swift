/// The alphabet of RFC 4648 section 6, without padding. Letter case does not count when it is read.
enum Base32 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    /// The character of a number, of which the last five bits count.
    static func character(_ value: Int) -> UInt8 {
        alphabet[value & 31]
    }

    /// The number of a character: 0 to 31.
    static func digit(_ byte: UInt8) -> Int? {
        let isLowercase = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
        return alphabet.firstIndex(of: isLowercase ? byte & 0xDF : byte)
    }

    /// Five bits in each character; the last one is filled up with zeros.
    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 8 + 4) / 5)
        var pending = 0
        var count = 0
        for byte in bytes {
            pending = pending << 8 | Int(byte)
            count += 8
            while count >= 5 {
                count -= 5
                text.append(character(pending >> count))
            }
            pending &= 31
        }
        if count > 0 { text.append(character(pending << (5 - count))) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes that `encode` makes this text of, nil for any other text.
    static func decode(_ text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var pending = 0
        var count = 0
        for byte in text.utf8 {
            guard let digit = digit(byte) else { return nil }
            pending = (pending << 5 | digit) & 0xFFFF
            count += 5
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: pending >> count))
            }
        }
        // What is left is filling: less than a character, and zero.
        return count < 5 && pending & ((1 << count) - 1) == 0 ? bytes : nil
    }
}
