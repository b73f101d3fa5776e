import Testing

@testable import ServiceProtocol

@Suite struct SocketAddressTextTests {
    @Test(arguments: [
        ("127.0.0.1:7777", SocketAddressText.ipv4("127.0.0.1", port: 7777)),
        ("0.0.0.0:1", .ipv4("0.0.0.0", port: 1)),
        ("[::1]:65535", .ipv6("::1", port: 65535)),
        ("[2001:db8::25]:25", .ipv6("2001:db8::25", port: 25)),
        ("unix:/run/postern/srs.sock", .unix(path: "/run/postern/srs.sock")),
    ]) func readsAndWrites(text: String, address: SocketAddressText) throws {
        #expect(try SocketAddressText(parsing: text) == address)
        #expect(address.description == text)
    }

    @Test(arguments: [
        "", ":", "7777", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:+1", "127.0.0.1: 1",
        "127.0.0:1", "localhost:7777", "::1:7777", "[::1]", "[::1]:", "[127.0.0.1]:1", "[]:1", "[:1", "unix:",
        "unix:/", "unix:relative/path", "/run/x", "127.0.0.1\0:1", "unix:/a\0b", "127.0.0.1:99999999999999999999",
    ]) func refuses(text: String) {
        #expect(throws: MalformedSocketAddress.self) { try SocketAddressText(parsing: text) }
    }

    @Test func boundsThePath() throws {
        let longest = "unix:/" + String(repeating: "a", count: 106)
        #expect(try SocketAddressText(parsing: longest).description == longest)
        #expect(throws: MalformedSocketAddress.self) { try SocketAddressText(parsing: longest + "a") }
    }
}
