import NIOCore
import PostfixProtocol
import Testing

@Suite struct SocketmapRequestTests {
    @Test(
        arguments: [
            ("map key", "map", "key"), ("map a b", "map", "a b"), ("map ", "map", ""), ("map", "map", nil),
            ("", "", nil),
            (" key", "", "key"), ("map %41", "map", "%41"), ("srs b\u{fc}@example.com", "srs", "b\u{fc}@example.com"),
        ] as [(String, String, String?)])
    func parsing(_ text: String, _ map: String, _ key: String?) {
        let request = SocketmapRequest(parsing: ByteBuffer(string: text))
        #expect(request == SocketmapRequest(map: map, key: key))
        #expect(request.isExact)
        var buffer = ByteBuffer()
        request.encode(into: &buffer)
        #expect(String(buffer: buffer) == "\(text.utf8.count):\(text),")
    }

    @Test(arguments: [[0xe9], [0x00]] as [[UInt8]])
    func damagedKeysAreMarked(_ bytes: [UInt8]) {
        let request = SocketmapRequest(parsing: ByteBuffer(bytes: Array("srs a".utf8) + bytes))
        #expect(request.key == "a\u{fffd}")
        #expect(!request.isExact)
    }
}
