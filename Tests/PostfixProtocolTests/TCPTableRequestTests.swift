import NIOCore
import PostfixProtocol
import Testing

@Suite struct TCPTableRequestTests {
    @Test(
        arguments: [
            ("get a@example.com", .get(key: "a@example.com")), ("get a%20b%25%3D", .get(key: "a b%=")),
            ("get ", .get(key: "")),
            ("get a b", .get(key: "a b")), ("get b%C3%BC", .get(key: "b\u{fc}")), ("get %zz", .get(key: "%zz")),
            ("get", .invalid("get")), ("GET a", .invalid("GET a")), ("put a b", .invalid("put a b")),
            ("", .invalid("")),
            ("get\ta", .invalid("get\ta")), ("get %FF", .invalid("get %FF")), ("get a%00", .invalid("get a%00")),
        ] as [(String, TCPTableRequest)])
    func parsing(_ line: String, _ expected: TCPTableRequest) {
        #expect(TCPTableRequest(parsing: ByteBuffer(string: line)) == expected)
    }

    @Test func rawBytesThatAreNotUTF8AreInvalid() {
        let line = ByteBuffer(bytes: Array("get ".utf8) + [0xe9])
        #expect(TCPTableRequest(parsing: line) == .invalid("get \u{fffd}"))
    }

    @Test func encodingComesBack() throws {
        let key = String(String.UnicodeScalarView((1..<0x250).compactMap(Unicode.Scalar.init)))
        var buffer = ByteBuffer()
        TCPTableRequest.get(key: key).encode(into: &buffer)
        TCPTableRequest.invalid("what\nget x").encode(into: &buffer)
        var framer = TCPTableFramer()
        #expect(try TCPTableRequest(parsing: #require(try framer.next(from: &buffer))) == .get(key: key))
        #expect(try TCPTableRequest(parsing: #require(try framer.next(from: &buffer))) == .invalid("what"))
        #expect(buffer.readableBytes == 0)
    }
}
