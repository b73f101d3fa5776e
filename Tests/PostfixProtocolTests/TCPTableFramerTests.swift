import NIOCore
import PostfixProtocol
import Testing

@Suite struct TCPTableFramerTests {
    private func lines(_ pieces: [[UInt8]]) throws -> [String] {
        var framer = TCPTableFramer()
        return try Delivery.messages(pieces) { buffer in try framer.next(from: &buffer) }
    }

    @Test(arguments: [
        ("get a\n", ["get a"]), ("get a\r\n", ["get a"]), ("\n", [""]), ("\r\n", [""]), ("a\rb\n", ["a\rb"]),
        ("get a\nget b\nget", ["get a", "get b"]), ("", []), ("get a", []),
    ])
    func lines(_ stream: String, _ expected: [String]) throws {
        for halves in Delivery.halves(Array(stream.utf8)) {
            #expect(try lines(halves) == expected)
        }
        #expect(try lines(Delivery.pieces(Array(stream.utf8), of: 1)) == expected)
    }

    @Test func limits() throws {
        for length in [4_095, 4_096] {
            let line = String(repeating: "x", count: length)
            #expect(try lines(Delivery.pieces(Array("\(line)\n".utf8), of: 7)) == [line])
        }
        let long = [UInt8](repeating: 0x78, count: 4_097)
        #expect(throws: TCPTableError.lineTooLong(limit: 4_096)) { try lines([long]) }
        #expect(throws: TCPTableError.lineTooLong(limit: 4_096)) { try lines([long + [0x0a]]) }
        #expect(throws: TCPTableError.lineTooLong(limit: 4_096)) { try lines(Delivery.pieces(long, of: 1)) }
        #expect(TCPTableError.lineTooLong(limit: 8).description == "a line is longer than 8 bytes")
    }

    /// See the same test of the attribute list's framer.
    @Test func searchedBytesAreNotSearchedAgain() throws {
        var framer = TCPTableFramer()
        var buffer = ByteBuffer(string: "xyz")
        #expect(try framer.next(from: &buffer) == nil)
        buffer.setString("\n", at: 1)
        #expect(try framer.next(from: &buffer) == nil)
        buffer.setString("y", at: 1)
        buffer.writeString("\n")
        #expect(try framer.next(from: &buffer) == ByteBuffer(string: "xyz"))
    }

    @Test func isMidMessageOnlyInsideALine() throws {
        var framer = TCPTableFramer()
        var buffer = ByteBuffer(string: "get a\nge")
        #expect(try framer.next(from: &buffer) != nil)
        #expect(!framer.isMidMessage)
        #expect(try framer.next(from: &buffer) == nil)
        #expect(framer.isMidMessage)
    }
}
