import NIOCore
import PostfixProtocol
import SuiteFixture
import Testing

/// What is kept of a stream whose messages do not end where its pieces do.
@Suite struct StreamTests {
    private static let request = "request=smtpd_access_policy\npad=\(String(repeating: "x", count: 9_000))\n\n"

    /// Half of a request, and then always the end of one with the beginning of the next.
    @Test func whatWasReadIsGivenUp() throws {
        let half = Self.request.utf8.count / 2
        let turn = ByteBuffer(string: String(Self.request.dropFirst(half)) + Self.request.prefix(half))
        var received = ByteBuffer()
        var framer = AttributeListFramer()
        received.appendToStream(ByteBuffer(string: String(Self.request.prefix(half))))
        for _ in 0..<10_000 {
            received.appendToStream(turn)
            let message = try #require(try framer.next(from: &received))
            #expect(message.readableBytes == Self.request.utf8.count - 1)
            #expect(received.readableBytes == half)
        }
        #expect(received.capacity <= 131_072)
    }

    /// Messages that were taken share their memory with the stream, and stay what they are.
    @Test func whatWasTakenStays() throws {
        var received = ByteBuffer()
        var framer = AttributeListFramer()
        var taken: [ByteBuffer] = []
        let messages = (0..<200).map { "number=\($0)\npad=\(String(repeating: "y", count: 700))\n\n" }
        var generator = SeededGenerator(seed: 3)
        var rest = Array(messages.joined().utf8)[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...2_000, using: &generator))
            rest = rest.dropFirst(piece.count)
            received.appendToStream(ByteBuffer(bytes: piece))
            while let message = try framer.next(from: &received) { taken.append(message) }
        }
        #expect(taken.map { String(buffer: $0) + "\n" } == messages)
    }

    /// Of a message that is not whole nothing may be given up.
    @Test func aLongMessageIsKept() throws {
        var received = ByteBuffer()
        var framer = AttributeListFramer()
        let line = "pad=\(String(repeating: "z", count: 40_000))\n"
        for _ in 0..<20 {
            received.appendToStream(ByteBuffer(string: line))
            #expect(try framer.next(from: &received) == nil)
        }
        received.appendToStream(ByteBuffer(string: "\n"))
        #expect(try framer.next(from: &received)?.readableBytes == 20 * line.utf8.count)
    }
}
