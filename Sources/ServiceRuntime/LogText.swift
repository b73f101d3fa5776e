/// Makes bytes of unknown origin one printable line: the only place where log text is escaped.
///
/// Control characters (C0, DEL, C1) and bytes that are not UTF-8 become `\xNN`, so nothing a peer sends can begin a
/// second line or move a terminal's cursor. Other UTF-8 text is kept.
enum LogText {
    /// The longest line in bytes; syslog daemons cut longer ones at odd places.
    static let limit = 8_192

    private static let ellipsis: [UInt8] = Array("...".utf8)
    private static let digits: [UInt8] = Array("0123456789abcdef".utf8)

    /// Appends the escaped text to `line`; what exceeds ``limit`` is cut between characters and marked with `...`.
    static func append(_ text: ArraySlice<UInt8>, to line: inout [UInt8]) {
        let end = line.count + limit - ellipsis.count
        if line.count + text.count <= end, isPrintableASCII(text) {
            line += text
            return
        }
        var index = text.startIndex
        while index < text.endIndex {
            let length = printableLength(text, at: index)
            guard line.count + (length == 0 ? 4 : length) <= end else {
                line += ellipsis
                return
            }
            if length == 0 {
                appendEscaped(text[index], to: &line)
                index += 1
            } else {
                line += text[index..<index + length]
                index += length
            }
        }
    }

    /// What nearly every line is; eight bytes at a time.
    private static func isPrintableASCII(_ text: ArraySlice<UInt8>) -> Bool {
        text.withUnsafeBytes { bytes in
            let ones: UInt64 = 0x0101_0101_0101_0101
            var all: UInt64 = ones &* 0x80
            var offset = 0
            while offset + 8 <= bytes.count {
                let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                // A sum's high bit: not below a space; the other's: DEL. Neither carries when all bytes are ASCII.
                all &= (word &+ ones &* 0x60) & ~(word &+ ones) & ~word
                offset += 8
            }
            return all == ones &* 0x80 && bytes[offset...].allSatisfy { $0 >= 0x20 && $0 < 0x7f }
        }
    }

    private static func appendEscaped(_ byte: UInt8, to line: inout [UInt8]) {
        line += [UInt8(ascii: "\\"), UInt8(ascii: "x"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }

    /// How many bytes the printable character there has, or for ASCII the whole run of them; 0: escape this byte.
    private static func printableLength(_ text: ArraySlice<UInt8>, at start: Int) -> Int {
        guard text[start] >= 0x80 else {
            // Runs are bounded so that the cut is near the limit.
            let run = text[start...].prefix(64).prefix { byte in byte >= 0x20 && byte < 0x7f }
            return run.count
        }
        let length = UTF8Sequence.length(text[start...])
        let isC1 = length == 2 && text[start] == 0xc2 && text[start + 1] < 0xa0
        return isC1 ? 0 : length
    }
}

/// The well-formed byte sequences of RFC 3629, section 4.
enum UTF8Sequence {
    /// The length of the sequence of two to four bytes that `bytes` begins with; 0 if there is none.
    static func length(_ bytes: ArraySlice<UInt8>) -> Int {
        guard let first = bytes.first else { return 0 }
        let (length, second): (Int, ClosedRange<UInt8>) =
            switch first {
            case 0xc2...0xdf: (2, 0x80...0xbf)
            case 0xe0: (3, 0xa0...0xbf)
            case 0xed: (3, 0x80...0x9f)
            case 0xe1...0xef: (3, 0x80...0xbf)
            case 0xf0: (4, 0x90...0xbf)
            case 0xf1...0xf3: (4, 0x80...0xbf)
            case 0xf4: (4, 0x80...0x8f)
            default: (0, 0...0)
            }
        let rest = bytes.prefix(length).dropFirst()
        guard length > 0, rest.count == length - 1, let next = rest.first, second.contains(next) else { return 0 }
        return rest.dropFirst().allSatisfy { byte in byte & 0xc0 == 0x80 } ? length : 0
    }
}
