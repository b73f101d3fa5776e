import NIOCore
import Testing

@testable import PostfixProtocol

@Suite struct MessageScanTests {
    private func scan(_ bytes: [UInt8]) -> MessageScan {
        var lines = LineScan(limits: .standard)
        return bytes.withUnsafeBytes { bytes in
            #expect(lines.readWhole(ByteBuffer(bytes: bytes)) == nil)
            return MessageScan(bytes, lines.kinds)
        }
    }

    /// Each byte at each place of words and rest, against the definition.
    @Test func everyByteAtEveryPlace() {
        for length in [1, 7, 8, 9, 17, 32, 33, 45, 70] {
            for place in 0..<length {
                for byte in UInt8.min...UInt8.max {
                    var bytes = [UInt8](repeating: 0x61, count: length)
                    bytes[place] = byte
                    let found = scan(bytes)
                    let isPlain = !(byte < 0x20 && byte != 0x0a) && byte != 0x25 && byte != 0x7f
                    if found.isPlain != isPlain || found.needsRepair != (byte == 0 || byte >= 0x80) {
                        Issue.record("byte \(byte) at \(place) of \(length): \(found)")
                    }
                }
            }
        }
    }

    @Test func neighboursDoNotHideEachOther() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<5_000 {
            let bytes = (0..<24).map { _ in
                [0x00, 0x09, 0x0a, 0x1f, 0x20, 0x7e, 0x7f, 0x25, 0x61].randomElement(using: &generator) ?? 0x61
            }.map { UInt8($0) }
            let isPlain = bytes.allSatisfy { ($0 >= 0x20 || $0 == 0x0a) && $0 != 0x25 && $0 != 0x7f }
            #expect(scan(bytes).isPlain == isPlain)
            #expect(scan(bytes).needsRepair == bytes.contains(0))
        }
    }

    @Test func validUTF8NeedsNoRepair() {
        #expect(!scan(Array("b\u{fc}cher \u{1f426}".utf8)).needsRepair)
        #expect(scan(Array("b\u{fc}cher\0".utf8)).needsRepair)
        #expect(!scan([]).needsRepair)
        #expect(scan([]).isPlain)
    }
}
