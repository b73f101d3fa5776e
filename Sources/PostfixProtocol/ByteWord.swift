/// Eight bytes that are looked at together.
struct ByteWord {
    private let bytes: UInt64

    @inline(__always)
    init(_ bytes: UInt64) {
        self.bytes = bytes
    }

    static let ones: UInt64 = 0x0101_0101_0101_0101
    static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// Whether one of them is below 0x20. The sums stay below 0x100, so no byte disturbs the next.
    @inline(__always)
    var hasControl: Bool {
        ~((bytes & ~Self.highBits) &+ Self.ones &* 0x60 | bytes) & Self.highBits != 0
    }

    /// Whether one of them is `byte`.
    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let difference = bytes ^ (Self.ones &* UInt64(byte))
        return ~((difference & ~Self.highBits) &+ Self.ones &* 0x7f | difference) & Self.highBits != 0
    }
}
