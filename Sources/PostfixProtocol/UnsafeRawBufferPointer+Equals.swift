internal import Glibc

extension UnsafeRawBufferPointer {
    /// Whether these bytes are those of `text`.
    package func equals(_ text: StaticString) -> Bool {
        guard let baseAddress, count == text.utf8CodeUnitCount else { return false }
        return memcmp(baseAddress, text.utf8Start, count) == 0
    }
}
