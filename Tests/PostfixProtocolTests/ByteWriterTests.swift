import NIOCore
import PostfixProtocol
import Testing

@Suite struct ByteWriterTests {
    private func written(atMost space: Int = 100, _ body: (inout ByteWriter) -> Void) -> String {
        var buffer = ByteBuffer(string: ">")
        buffer.write(atMost: space, body)
        return String(buffer: buffer)
    }

    @Test func piecesStandBehindEachOther() {
        let request = PolicyRequest.make([.sender: "anna@example.net", .size: ""])
        let text = written { writer in
            writer.write("a=" as StaticString)
            writer.write("ü" as String)
            writer.write(UInt8(ascii: ";"))
            writer.write(.sender, of: request)
            writer.write(.size, of: request)
            writer.write(.recipient, of: request)
        }
        #expect(text == ">a=ü;anna@example.net")
    }

    @Test(arguments: [(0, "0"), (9, "9"), (10, "10"), (1_234_567_890, "1234567890"), (.max, "18446744073709551615")])
    func decimals(_ number: UInt64, _ expected: String) {
        #expect(written { $0.writeDecimal(number) } == ">" + expected)
    }

    @Test(
        arguments: [
            (0, 1, "0"), (0, 16, "0000000000000000"), (0xab, 1, "ab"), (0xab, 4, "00ab"), (0x1_0000, 1, "10000"),
            (.max, 16, "ffffffffffffffff"), (.max, 1, "ffffffffffffffff"),
        ] as [(UInt64, Int, String)])
    func hexadecimals(_ number: UInt64, _ digits: Int, _ expected: String) {
        #expect(written { $0.writeHexadecimal(number, digits: digits) } == ">" + expected)
    }

    @Test func whatDoesNotFitIsLeftOut() {
        let text = written(atMost: 4) { writer in
            writer.write("abc" as StaticString)
            writer.write("def" as String)
            writer.write(UInt8(ascii: "g"))
            writer.writeDecimal(12)
        }
        #expect(text == ">abcd")
    }

    @Test func nothingIsNothing() {
        #expect(written(atMost: 0) { _ in } == ">")
    }
}
