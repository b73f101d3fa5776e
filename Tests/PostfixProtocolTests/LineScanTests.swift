import NIOCore
import SuiteFixture
import Testing

@testable import PostfixProtocol

@Suite struct LineScanTests {
    private func scan(_ bytes: [UInt8]) -> (isPlain: Bool, needsRepair: Bool) {
        var lines = LineScan(limits: .standard)
        #expect(lines.readWhole(ByteBuffer(bytes: bytes)) == nil)
        return (lines.kinds.isPlain, bytes.withUnsafeBytes { lines.kinds.needsRepair($0) })
    }

    /// A line with a `=`, as it is found by looking at one byte after the other.
    private struct Line: Equatable {
        var name: [UInt8]
        var value: [UInt8]
    }

    /// The lines up to the first empty one, and how many bytes that takes with its line end; nil when there is none.
    private func expected(_ bytes: [UInt8]) -> (lines: [Line], end: Int)? {
        var lines: [Line] = []
        var line: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            guard byte == 0x0a else {
                line.append(byte)
                continue
            }
            if line.last == 0x0d { line.removeLast() }
            if line.isEmpty { return (lines, index + 1) }
            if let sign = line.firstIndex(of: 0x3d) {
                lines.append(Line(name: Array(line[..<sign]), value: Array(line[(sign + 1)...])))
            }
            line = []
        }
        return nil
    }

    /// However a message arrives, and wherever its lines and signs lie in blocks of 32 bytes.
    @Test func linesAreThoseOfOneByteAfterTheOther() {
        var generator = SeededGenerator(seed: 17)
        let telling: [UInt8] = [0x0a, 0x0a, 0x0d, 0x3d, 0x3d, 0x25, 0x00, 0xc3]
        var whole = 0, long = 0
        for _ in 0..<20_000 {
            let often = Int.random(in: 1...30, using: &generator)
            let middle = (0..<Int.random(in: 0...160, using: &generator)).map { _ -> UInt8 in
                Int.random(in: 0..<often, using: &generator) == 0 ? telling.randomElement(using: &generator) ?? 0 : 0x61
            }
            let bytes = middle + (Bool.random(using: &generator) ? [0x0a, 0x0a] : [])
            let cut = Int.random(in: 0...bytes.count, using: &generator)
            var scan = LineScan(limits: .standard)
            var found: (lines: [Line], end: Int)?
            for piece in [bytes[..<cut], bytes[...]] where found == nil {
                found = Array(piece).withUnsafeBytes { piece in
                    guard case .message(let length, let end) = scan.findMessage(in: piece) else { return nil }
                    let lines = scan.fields.map {
                        Line(name: Array($0.name(in: piece)), value: Array($0.value(in: piece)))
                    }
                    return (lines, length + end)
                }
            }
            let expected = expected(bytes)
            #expect(found?.lines == expected?.lines)
            #expect(found?.end == expected?.end)
            guard let expected else { continue }
            whole += 1
            if expected.end > 32 { long += 1 }
            let message = bytes[..<expected.end]
            #expect(scan.kinds.isPlain == !message.contains { ($0 < 0x20 && $0 != 0x0a) || $0 == 0x25 || $0 == 0x7f })
            #expect(scan.kinds.hasHigh == message.contains { $0 >= 0x80 })
        }
        #expect(whole > 5_000)
        #expect(long > 1_000)
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
