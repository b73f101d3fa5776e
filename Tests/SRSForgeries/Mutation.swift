/// Changes a local part by one to three characters.
struct Mutation {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-=.'".utf8)
    private var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// Nil when it is signed like the one it was made of.
    mutating func change(_ original: [UInt8]) -> [UInt8]? {
        var bytes = original
        for _ in 0..<Int.random(in: 1...3, using: &generator) { changeOnce(&bytes) }
        return Self.signed(bytes) == Self.signed(original) ? nil : bytes
    }

    private mutating func changeOnce(_ bytes: inout [UInt8]) {
        // The hash, the day and what they sign; without the tag it would be no SRS address.
        let place = Int.random(in: 5..<bytes.count, using: &generator)
        let byte = Self.alphabet[Int.random(in: 0..<Self.alphabet.count, using: &generator)]
        switch Int.random(in: 0..<5, using: &generator) {
        case 0, 1: bytes[place] = byte
        case 2: bytes.insert(byte, at: place)
        case 3: if bytes.count > 8 { bytes.remove(at: place) }
        default: bytes.swapAt(place, Int.random(in: 5..<bytes.count, using: &generator))
        }
    }

    /// The letters without their case, without the separators.
    private static func signed(_ bytes: [UInt8]) -> [UInt8] {
        bytes.filter { $0 != UInt8(ascii: "=") }.map { (65...90).contains($0) ? $0 | 0x20 : $0 }
    }
}
