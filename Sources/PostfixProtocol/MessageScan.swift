import Glibc

/// What kinds of bytes a message holds.
struct MessageScan {
    /// A NUL or invalid UTF-8 is in it.
    var needsRepair: Bool
    /// Nothing in it has to be written as %XX: no `%`, no control character except LF.
    var isPlain: Bool

    /// Runs over every request, hence eight bytes at a time.
    init(_ bytes: UnsafeRawBufferPointer) {
        var union: UInt64 = 0
        var controls: UInt64 = 0
        var offset = 0
        while offset + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            union |= word
            controls |= Self.controls(in: word)
            offset += 8
        }
        let word = Self.lastWord(bytes, from: offset)
        union |= word
        controls |= Self.controls(in: word)

        let isASCII = union & Self.highBits == 0
        let hasNUL = controls != 0 && Self.contains(0, bytes)
        needsRepair = hasNUL || (!isASCII && String(validating: bytes, as: UTF8.self) == nil)
        isPlain = controls == 0 && !Self.contains(ASCII.percent, bytes) && !Self.contains(ASCII.delete, bytes)
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// The high bit of every byte below 0x20 that is not LF. The sums stay below 0x100, so no byte disturbs the next.
    @inline(__always)
    private static func controls(in word: UInt64) -> UInt64 {
        let low = word & ~highBits
        let notBelowSpace = (low &+ ones &* 0x60) | word
        let difference = word ^ (ones &* UInt64(ASCII.newline))
        let notNewline = ((difference & ~highBits) &+ ones &* 0x7f) | difference
        return ~notBelowSpace & notNewline & highBits
    }

    /// The bytes behind the last whole word, filled up with LF, which no test finds.
    private static func lastWord(_ bytes: UnsafeRawBufferPointer, from start: Int) -> UInt64 {
        var word = ones &* UInt64(ASCII.newline)
        for byte in bytes[start...] {
            word = word << 8 | UInt64(byte)
        }
        return word
    }

    private static func contains(_ byte: UInt8, _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress else { return false }
        return memchr(base, Int32(byte), bytes.count) != nil
    }
}
