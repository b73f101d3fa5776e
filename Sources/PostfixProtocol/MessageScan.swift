import Glibc

/// What kinds of bytes a message holds.
struct MessageScan {
    /// A NUL or invalid UTF-8 is in it.
    var needsRepair: Bool
    /// Nothing in it has to be written as %XX: no `%`, no control character except LF.
    var isPlain: Bool

    /// Runs over every request, hence thirty-two bytes at a time.
    init(_ bytes: UnsafeRawBufferPointer) {
        var unions = SIMD4<UInt64>()
        var found = SIMD4<UInt64>()
        var offset = 0
        while offset + 32 <= bytes.count {
            let words = bytes.loadUnaligned(fromByteOffset: offset, as: SIMD4<UInt64>.self)
            unions |= words
            found |= Self.controls(in: words)
            offset += 32
        }
        while offset < bytes.count {
            let words = SIMD4<UInt64>(repeating: Self.word(bytes, at: offset))
            unions |= words
            found |= Self.controls(in: words)
            offset += 8
        }
        let union = unions[0] | unions[1] | unions[2] | unions[3]
        let controls = found[0] | found[1] | found[2] | found[3]

        let isASCII = union & ByteWord.highBits == 0
        let hasNUL = controls != 0 && Self.contains(0, bytes)
        needsRepair = hasNUL || (!isASCII && String(validating: bytes, as: UTF8.self) == nil)
        isPlain = controls == 0 && !Self.contains(ASCII.percent, bytes) && !Self.contains(ASCII.delete, bytes)
    }

    /// The high bit of every byte below 0x20 that is not LF. The sums stay below 0x100, so no byte disturbs the next.
    @inline(__always)
    private static func controls(in words: SIMD4<UInt64>) -> SIMD4<UInt64> {
        let low = words & ~ByteWord.highBits
        let notBelowSpace = (low &+ ByteWord.ones &* 0x60) | words
        let difference = words ^ (ByteWord.ones &* UInt64(ASCII.newline))
        let notNewline = ((difference & ~ByteWord.highBits) &+ ByteWord.ones &* 0x7f) | difference
        return ~notBelowSpace & notNewline & ByteWord.highBits
    }

    /// The word there; behind the last byte it is filled up with LF, which no test finds.
    private static func word(_ bytes: UnsafeRawBufferPointer, at start: Int) -> UInt64 {
        if start + 8 <= bytes.count { return bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self) }
        var word = ByteWord.ones &* UInt64(ASCII.newline)
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
