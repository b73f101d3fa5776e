import MailTypes
import SRS
import Testing

/// Forgeries by the million: right addresses with something changed. What differs in letter case or in the place of a
/// separator only is signed alike, by this scheme, and is no forgery here.
@Suite struct SRSMutationTests {
    private static let count = 1_000_000

    @Test func noneIsTakenWithEightCharacters() throws {
        let taken = try Self.taken(by: rewriter(secrets: ["one"], hashLength: 8), seed: 1)
        #expect(taken.isEmpty, "\(taken.prefix(5))")
    }

    /// Four characters are guessed once in one and a half million tries, as letter case does not count.
    @Test func fewAreTakenWithFour() throws {
        let taken = try Self.taken(by: rewriter(secrets: ["one"], hashLength: 4), seed: 2)
        #expect(taken.count <= 10, "\(taken.count): \(taken.prefix(5))")
    }

    /// What would be taken.
    private static func taken(by rewriter: SRSRewriter, seed: UInt64) throws -> [String] {
        var mutation = Mutation(seed: seed)
        var taken: [String] = []
        let originals = try Self.addresses(of: rewriter)
        var tried = 0
        var index = 0
        while tried < count {
            let address = originals[index % originals.count]
            index += 1
            guard let forged = mutation.change(address) else { continue }
            tried += 1
            let text = String(decoding: forged, as: UTF8.self) + "@fwd.example"
            switch rewriter.reverse(text, day: vectorDay, locality: .foreign) {
            case .rewritten, .kept: taken.append(text)
            case .shortened, .bypassed, .failed: break
            }
        }
        return taken
    }

    /// Local parts of all three forms.
    private static func addresses(of rewriter: SRSRewriter) throws -> [[UInt8]] {
        let long = String(repeating: "long", count: 12)
        let senders = [
            "alice@a.example", "bob.smith+x@mail.example.org", "\(long)@a.example", "o'neill@b.example",
            "SRS0=abcd=G3=c.example=carol@d.example", "SRS1=efgh=d.example==abcd=G3=c.example=carol@e.example",
            "x@y.example",
        ]
        let addresses = senders.compactMap { rewriter.forward($0, day: vectorDay).address }
        #expect(addresses.count == senders.count)
        return addresses.map { address in Array(address.utf8.prefix { $0 != UInt8(ascii: "@") }) }
    }

    /// Changes a local part by one to three characters.
    private struct Mutation {
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
}
