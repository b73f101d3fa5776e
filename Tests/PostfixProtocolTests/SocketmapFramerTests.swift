import NIOCore
import PostfixProtocol
import Testing

@Suite struct SocketmapFramerTests {
    private func texts(_ pieces: [[UInt8]], limit: Int = SocketmapFramer.queryLimit) throws -> [String] {
        var framer = SocketmapFramer(limit: limit)
        return try Delivery.messages(pieces) { buffer in try framer.next(from: &buffer) }
    }

    @Test(arguments: [
        ("5:map k,", ["map k"]), ("0:,", [""]), ("3:a,b,1:,,", ["a,b", ","]), ("10:0123456789,", ["0123456789"]),
        ("5:map k", []), ("5:map k,5:map", ["map k"]), ("12", []), ("", []), ("3:a\nb,", ["a\nb"]),
    ])
    func netstrings(_ stream: String, _ expected: [String]) throws {
        for halves in Delivery.halves(Array(stream.utf8)) {
            #expect(try texts(halves) == expected)
        }
        #expect(try texts(Delivery.pieces(Array(stream.utf8), of: 1)) == expected)
        #expect(try texts(Delivery.pieces(Array(stream.utf8), of: 7)) == expected)
    }

    @Test(
        arguments: [
            ("-1:,", .badLength), (":,", .badLength), ("x", .badLength), (" 5:map k,", .badLength),
            ("5 :map k,", .badLength),
            ("05:map k,", .badLength), ("00:,", .badLength), ("+5:map k,", .badLength), ("5x", .badLength),
            ("\n", .badLength), ("get a\n", .badLength), ("10001", .tooLong(limit: 10_000)),
            ("99999999999999999999999999999:", .tooLong(limit: 10_000)), ("5:map kx", .missingComma),
            ("5:map k\n", .missingComma), ("0:x", .missingComma), ("1:a,\n", .badLength),
        ] as [(String, SocketmapError)])
    func refused(_ stream: String, _ expected: SocketmapError) {
        for halves in Delivery.halves(Array(stream.utf8)) {
            #expect(throws: expected) { try texts(halves) }
        }
    }

    @Test func limits() throws {
        for length in [9_999, 10_000] {
            let text = String(repeating: "x", count: length)
            #expect(try texts([Array("\(length):\(text),".utf8)]) == [text])
        }
        let text = String(repeating: "x", count: 10_001)
        #expect(throws: SocketmapError.tooLong(limit: 10_000)) { try texts([Array("10001:\(text),".utf8)]) }
        #expect(try texts([Array("10001:\(text),".utf8)], limit: SocketmapFramer.replyLimit) == [text])
    }

    @Test func isMidMessageOnlyInsideANetstring() throws {
        var framer = SocketmapFramer()
        var buffer = ByteBuffer(string: "5:map k,")
        #expect(try framer.next(from: &buffer) != nil)
        #expect(!framer.isMidMessage)
        buffer.writeString("5")
        #expect(try framer.next(from: &buffer) == nil)
        #expect(framer.isMidMessage)
    }

    @Test func errorsHaveADescription() {
        #expect(SocketmapError.badLength.description == "a netstring does not start with a length")
        #expect(SocketmapError.tooLong(limit: 5).description == "a netstring is longer than 5 bytes")
        #expect(SocketmapError.missingComma.description == "a netstring does not end with a comma")
    }
}
