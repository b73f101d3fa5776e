import Glibc

/// Walks over the lines of a message in one pass, without copying.
///
/// A CR before the LF belongs to the line end. The last line may lack its LF.
struct AttributeLines {
    /// One line: offsets of its first byte, of its first `=`, and of the byte behind the value.
    struct Line {
        var start: Int
        var equals: Int
        var end: Int
    }

    private let base: UnsafeRawPointer?
    private let count: Int
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        base = bytes.baseAddress
        count = bytes.count
    }

    /// The next line with a `=` in it: lines without one are ignored, as Postfix's own servers do.
    @inline(__always)
    mutating func next() -> Line? {
        guard let base else { return nil }
        while position < count {
            let start = position
            let newline = memchr(base + start, Int32(ASCII.newline), count - start)
            var end = newline.map { base.distance(to: $0) } ?? count
            position = end + 1
            if end > start, base.load(fromByteOffset: end - 1, as: UInt8.self) == ASCII.carriageReturn {
                end -= 1
            }
            if let equals = memchr(base + start, Int32(ASCII.equals), end - start) {
                return Line(start: start, equals: base.distance(to: equals), end: end)
            }
        }
        return nil
    }
}
