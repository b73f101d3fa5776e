import NIOCore
import PostfixProtocol
import Testing

@Suite struct AttributeListFramerTests {
    private func messages(_ pieces: [[UInt8]], limits: AttributeListLimits = .standard) throws -> [String] {
        var framer = AttributeListFramer(limits: limits)
        return try Delivery.messages(pieces) { buffer in try framer.next(from: &buffer) }
    }

    @Test func corpusHoldsTheCapturedRequests() {
        #expect(Corpus.requests.count == 43)
        #expect(Corpus.requests.allSatisfy { $0.hasPrefix("request=smtpd_access_policy\n") })
    }

    @Test func corpusInAnyPieces() throws {
        for size in [1, 7, 4_096, Corpus.stream.count] {
            #expect(try messages(Delivery.pieces(Corpus.stream, of: size)) == Corpus.requests, "pieces of \(size)")
        }
    }

    @Test func everyRequestCutAtEveryByte() throws {
        for request in Corpus.requests {
            for halves in Delivery.halves(Array("\(request)\n".utf8)) {
                let found = try messages(halves)
                if found != [request] {
                    Issue.record("cut at \(halves[0].count): \(found)")
                }
            }
        }
    }

    @Test(arguments: [
        ("\n", [""]),
        ("\r\n", [""]),
        ("\n\n", ["", ""]),
        ("a=1\n\nb=2\n\n", ["a=1\n", "b=2\n"]),
        ("a=1\r\n\r\nb=2\r\n\r\n", ["a=1\r\n", "b=2\r\n"]),
        ("nothing\n\n", ["nothing\n"]),
        ("a=b=c\n\n", ["a=b=c\n"]),
        ("a=1\n\r\r\n\n", ["a=1\n\r\r\n"]),
        ("a=1\n", []),
        ("a=1", []),
        ("", []),
    ])
    func messages(_ stream: String, _ expected: [String]) throws {
        for halves in Delivery.halves(Array(stream.utf8)) {
            #expect(try messages(halves) == expected)
        }
    }

    @Test func isMidMessageOnlyInsideOne() throws {
        var framer = AttributeListFramer()
        var buffer = ByteBuffer()
        #expect(try framer.next(from: &buffer) == nil)
        #expect(!framer.isMidMessage)
        for byte in "a=1\n".utf8 {
            buffer.writeInteger(byte)
            #expect(try framer.next(from: &buffer) == nil)
            #expect(framer.isMidMessage)
        }
        buffer.writeString("\n")
        #expect(try framer.next(from: &buffer) == ByteBuffer(string: "a=1\n"))
        #expect(!framer.isMidMessage)
        #expect(buffer.readableBytes == 0)
    }

    private static let small = AttributeListLimits(line: 8, message: 20, attributes: 3)

    @Test(
        arguments: [
            ("a=34567\n\n", nil),
            ("a=345678\n\n", nil),
            ("a=3456789\n\n", .lineTooLong(limit: 8)),
            ("a=3456789", .lineTooLong(limit: 8)),
            ("a=34567\r\n\n", nil),
            ("a=345678\r\n\n", .lineTooLong(limit: 8)),
            ("a\nb\n\n", nil),
            ("a\nb\nc\n\n", nil),
            ("a\nb\nc\nd\n\n", .tooManyAttributes(limit: 3)),
            ("a\n\nb\n\nc\n\nd\n\n", nil),
            ("a=345678\nb=345678\n\n", nil),
            ("a=345678\nb=345678\n2\n\n", nil),
            ("a=345678\nb=345678\n12\n\n", .messageTooLong(limit: 20)),
        ] as [(String, AttributeListError?)])
    func limits(_ stream: String, _ expected: AttributeListError?) {
        for halves in Delivery.halves(Array(stream.utf8)) {
            var thrown: AttributeListError?
            do {
                _ = try messages(halves, limits: Self.small)
            } catch {
                thrown = error as? AttributeListError
            }
            #expect(thrown == expected, "\(stream) cut at \(halves[0].count)")
        }
    }

    @Test func standardLimits() throws {
        func outcome(line: Int) throws -> Int {
            try messages([Array(repeating: 0x61, count: line) + [0x0a, 0x0a]]).count
        }
        #expect(try outcome(line: 65_535) == 1)
        #expect(try outcome(line: 65_536) == 1)
        #expect(throws: AttributeListError.lineTooLong(limit: 65_536)) { try outcome(line: 65_537) }

        func outcome(lines: Int) throws -> Int {
            try messages([Array(String(repeating: "a=\n", count: lines).utf8) + [0x0a]]).count
        }
        #expect(try outcome(lines: 999) == 1)
        #expect(try outcome(lines: 1_000) == 1)
        #expect(throws: AttributeListError.tooManyAttributes(limit: 1_000)) { try outcome(lines: 1_001) }

        func outcome(message: Int) throws -> Int {
            let line = Array(repeating: UInt8(0x61), count: 32_767) + [0x0a]
            let body = Array(repeatElement(line, count: 32).joined())
            let surplus = message - body.count
            let padding = [UInt8](repeating: 0x61, count: max(0, surplus))
            return try messages([padding + body.dropFirst(max(0, -surplus)) + [0x0a]]).count
        }
        #expect(try outcome(message: 1 << 20) == 1)
        #expect(try outcome(message: (1 << 20) - 1) == 1)
        #expect(throws: AttributeListError.messageTooLong(limit: 1 << 20)) { try outcome(message: (1 << 20) + 1) }
    }

    @Test func anEndlessLineIsRefusedEarlyAndEveryTime() throws {
        var framer = AttributeListFramer()
        var buffer = ByteBuffer()
        let piece = [UInt8](repeating: 0x78, count: 4_096)
        var sent = 0
        var thrown: AttributeListError?
        while sent < 64 << 20, thrown == nil {
            buffer.writeBytes(piece)
            sent += piece.count
            do throws(AttributeListError) {
                #expect(try framer.next(from: &buffer) == nil)
            } catch {
                thrown = error
            }
        }
        #expect(thrown == .lineTooLong(limit: 65_536))
        #expect(buffer.readableBytes <= 65_536 + piece.count)
        #expect(throws: AttributeListError.lineTooLong(limit: 65_536)) { try framer.next(from: &buffer) }
    }

    /// What was searched once is not searched again, or a stream of single bytes would cost quadratic time: a line end
    /// that appears behind the framer's back stays unseen.
    @Test func searchedBytesAreNotSearchedAgain() throws {
        var framer = AttributeListFramer()
        var buffer = ByteBuffer(string: "a=1\nxyz")
        #expect(try framer.next(from: &buffer) == nil)
        buffer.setString("\n\n\n", at: 4)
        #expect(try framer.next(from: &buffer) == nil)
        buffer.setString("xyz", at: 4)
        buffer.writeString("\n\n")
        #expect(try framer.next(from: &buffer) == ByteBuffer(string: "a=1\nxyz\n"))
    }

    @Test func errorsNameTheLimit() {
        #expect(AttributeListError.lineTooLong(limit: 8).description == "a line is longer than 8 bytes")
        #expect(AttributeListError.messageTooLong(limit: 9).description == "a message is longer than 9 bytes")
        #expect(AttributeListError.tooManyAttributes(limit: 3).description == "a message has more than 3 attributes")
    }
}
