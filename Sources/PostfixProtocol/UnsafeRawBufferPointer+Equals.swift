internal import Glibc

extension UnsafeRawBufferPointer {
    /// Whether these bytes are those of `text`.
    @inline(__always)
    package func equals(_ text: StaticString) -> Bool {
        guard let baseAddress, count == text.utf8CodeUnitCount else { return false }
        guard (8...16).contains(count) else { return memcmp(baseAddress, text.utf8Start, count) == 0 }
        // Most names are that long: its first eight bytes and its last, which may overlap.
        let other = UnsafeRawPointer(text.utf8Start)
        return Self.word(baseAddress, 0) == Self.word(other, 0)
            && Self.word(baseAddress, count &- 8) == Self.word(other, count &- 8)
    }

    @inline(__always)
    private static func word(_ bytes: UnsafeRawPointer, _ offset: Int) -> UInt64 {
        bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }
}
