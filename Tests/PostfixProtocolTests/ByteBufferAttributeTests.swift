import NIOCore
import PostfixProtocol
import SuiteFixture
import Testing

@Suite struct ByteBufferAttributeTests {
    @Test(arguments: [
        ("name", "value", "name=value\n"), ("name", "", "name=\n"), ("name", "a=b", "name=a=b\n"),
        ("name", "50%", "name=50%25\n"), ("name", "a\r\nb=c\n\n", "name=a%0D%0Ab=c%0A%0A\n"),
        ("name", "\0\t\u{1f} \u{7f}~", "name=%00%09%1F %7F~\n"), ("name", "b\u{fc}cher", "name=b\u{fc}cher\n"),
        ("na%me=\n", "v", "na%25me%3D%0A=v\n"),
    ])
    func lines(_ name: String, _ value: String, _ expected: String) {
        var buffer = ByteBuffer()
        buffer.writeAttribute(name, value)
        #expect(String(buffer: buffer) == expected)
    }

    /// What is sent is always within what is read, and cut only where that is needed, at a whole character.
    @Test(arguments: [
        ("x", 65_536, 65_534), ("%", 30_000, 21_844), ("%", 21_844, 21_844), ("\n", 65_536, 21_844),
        ("\u{fffd}", 30_000, 65_532), ("\u{1f4ee}", 20_000, 65_532), ("b\u{fc}", 30_000, 65_533),
    ])
    func aLineIsNeverLongerThanItsReaderTakes(_ text: String, _ count: Int, _ bytesKept: Int) throws {
        let value = String(repeating: text, count: count)
        var buffer = ByteBuffer(string: "protocol=1\n")
        buffer.writeAttribute("v", value)
        buffer.writeEndOfMessage()
        var framer = AttributeListFramer()
        let list = try AttributeList(#require(try framer.next(from: &buffer)))
        #expect(try Array(#require(list.bytes("v"))) == Array(value.utf8.prefix(bytesKept)))
    }

    /// Bytes are looked at eight at a time, so each has to be found at each place of eight, beside any other.
    @Test(arguments: [0x00, 0x1f, 0x20, 0x21, 0x24, 0x25, 0x26, 0x3c, 0x3d, 0x3e, 0x7e, 0x7f, 0x80, 0x9f, 0xa5, 0xff])
    func aByteAtAnyPlace(_ byte: UInt8) {
        let isEscaped = byte < 0x20 || byte == UInt8(ascii: "%") || byte == 0x7f
        let expected: [UInt8] = isEscaped ? Array("%\(byte < 16 ? "0" : "")".utf8) + hexadecimal(byte) : [byte]
        for filler in [UInt8(ascii: "a"), 0xff, 0x80, 0x20, 0x7e] {
            for length in 1...18 {
                for place in 0..<length {
                    var value = [UInt8](repeating: filler, count: length)
                    value[place] = byte
                    var buffer = ByteBuffer()
                    buffer.writeAttribute("v", bytes: ByteBuffer(bytes: value).readableBytesView)
                    let line = Array("v=".utf8) + value[..<place] + expected + value[(place + 1)...] + [10]
                    #expect(Array(buffer.readableBytesView) == line)
                }
            }
        }
    }

    private func hexadecimal(_ byte: UInt8) -> [UInt8] {
        Array(String(byte, radix: 16, uppercase: true).utf8)
    }

    /// Several lines in one piece: each has the whole length for itself.
    @Test func linesOfAWriter() throws {
        let long = String(repeating: "x", count: 70_000)
        var buffer = ByteBuffer()
        buffer.write(atMost: 4 * ByteWriter.space(of: long)) { writer in
            writer.writeAttribute("a", Int.min)
            writer.writeAttribute("b", long)
            writer.writeAttribute("c", word: "found", long)
            writer.writeAttribute(prefix: "d.", "x=%", separator: ":", "y", value: "50%")
            writer.writeAttribute("e", words: ["w", long, "v"])
        }
        let lines = String(buffer: buffer).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0] == "a=-9223372036854775808")
        #expect(lines[1] == "b=" + long.prefix(AttributeListLimits.standard.line - 2))
        #expect(lines[2] == "c=found " + long.prefix(AttributeListLimits.standard.line - 8))
        #expect(lines[3...] == ["d.x%3D%25:y=50%25", "e=w", ""])
    }

    @Test(arguments: [([], "v=\n"), (["a"], "v=a\n"), (["a", "b%", "", "c\n"], "v=a b%25  c%0A\n")])
    func words(_ words: [String], _ expected: String) {
        var buffer = ByteBuffer()
        buffer.write(atMost: ByteWriter.space(of: words)) { $0.writeAttribute("v", words: words) }
        #expect(String(buffer: buffer) == expected)
    }

    /// The line ends behind a whole word.
    @Test(arguments: [(655, 100, 648), (64, 320, 64), (300, 1_000, 65)])
    func wordsThatDoNotFit(_ count: Int, _ length: Int, _ kept: Int) throws {
        let words = Array(repeating: String(repeating: "w", count: length), count: count)
        var buffer = ByteBuffer(string: "protocol=1\n")
        buffer.write(atMost: ByteWriter.space(of: words)) { $0.writeAttribute("v", words: words) }
        buffer.writeEndOfMessage()
        var framer = AttributeListFramer()
        let list = try AttributeList(#require(try framer.next(from: &buffer)))
        #expect(list.string("v") == words.prefix(kept).joined(separator: " "))
    }

    @Test func numbersAndTheEnd() {
        var buffer = ByteBuffer()
        buffer.writeAttribute("id", Int.max)
        buffer.writeAttribute("score", -3)
        buffer.writeEndOfMessage()
        #expect(String(buffer: buffer) == "id=9223372036854775807\nscore=-3\n\n")
    }

    @Test func everyByteComesBackInNameAndValue() throws {
        let name = String(String.UnicodeScalarView((0..<0x80).compactMap { Unicode.Scalar(UInt8($0)) }))
        let value = Array(UInt8.min...UInt8.max)
        var buffer = ByteBuffer()
        buffer.writeAttribute("protocol", 1)
        buffer.writeAttribute(name, bytes: ByteBuffer(bytes: value).readableBytesView)
        buffer.writeEndOfMessage()

        for halves in Delivery.halves(Array(buffer.readableBytesView)) {
            var framer = AttributeListFramer()
            var received = ByteBuffer(bytes: halves[0])
            #expect(try framer.next(from: &received) == nil || halves[1].isEmpty)
            if halves[1].isEmpty { continue }
            received.writeBytes(halves[1])
            let list = try AttributeList(#require(try framer.next(from: &received)))
            #expect(list.count == 2)
            #expect(try Array(#require(list.bytes(name))) == value)
        }
    }

    @Test func randomValuesComeBack() throws {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<500 {
            let values = (0..<5).map { _ in generator.bytes(upTo: 60) }
            var buffer = ByteBuffer()
            buffer.writeAttribute("protocol", 1)
            for (index, value) in values.enumerated() {
                buffer.writeAttribute("v\(index)", bytes: ByteBuffer(bytes: value).readableBytesView)
            }
            let list = try AttributeList(buffer)
            #expect((0..<5).map { list.bytes("v\($0)").map(Array.init) } == values)
        }
    }
}
