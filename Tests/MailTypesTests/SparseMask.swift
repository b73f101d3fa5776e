import SuiteFixture

/// Masks that clear some of the four 16-bit groups.
enum SparseMask {
    static func next(_ generator: inout SeededGenerator) -> UInt64 {
        (0..<4).reduce(UInt64(0)) { mask, _ in
            mask << 16 | (Bool.random(using: &generator) ? 0xFFFF : 0)
        }
    }
}
