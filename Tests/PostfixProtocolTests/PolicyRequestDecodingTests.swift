import NIOCore
import PostfixProtocol
import Testing

@Suite struct PolicyRequestDecodingTests {
    private static let first = "request=smtpd_access_policy\n"

    private func helo(_ lines: [UInt8]) throws -> [UInt8] {
        try Array(PolicyRequest(ByteBuffer(bytes: Array(Self.first.utf8) + lines))[.heloName])
    }

    @Test(arguments: [
        ("helo_name=client.example\n", "client.example"),
        ("helo_name=client.example", "client.example"),
        ("helo_name=\n", ""),
        ("no equals sign\nhelo_name=a\n", "a"),
        ("=helo_name\nhelo_name=a\n", "a"),
        ("helo_name=a=b==c\n", "a=b==c"),
        ("helo_name=1\nhelo_name=2\n", "2"),
        ("helo_name=1\nhelo_name=\n", ""),
        ("helo_name=a\r\nsender=b\r\n", "a"),
        ("helo_name=a\rb\r\r\n", "a\rb\r"),
        ("helo_name=\r\n", ""),
        ("helo_name=%41%0a\n", "%41%0a"),
        ("helo_name=b\u{fc}cher.example\n", "b\u{fc}cher.example"),
        ("helo_name=a\0b\0\n", "a\u{fffd}b\u{fffd}"),
        ("helo_name=\u{1}\t\u{7f}\n", "\u{1}\t\u{7f}"),
        ("helo_\0name=a\n", ""),
        ("verdict.greylist=ok\nid=1\nprotocol=1\nhelo_name=%41\n", "%41"),
    ])
    func values(_ lines: String, _ expected: String) throws {
        #expect(try helo(Array(lines.utf8)) == Array(expected.utf8))
    }

    @Test(
        arguments: [
            ([0xff], "\u{fffd}"),
            ([0x61, 0xc3], "a\u{fffd}"),
            ([0xc3, 0x28], "\u{fffd}("),
            ([0xed, 0xa0, 0x80], "\u{fffd}\u{fffd}\u{fffd}"),
            ([0xc3, 0xbc, 0x00, 0xfe], "\u{fc}\u{fffd}\u{fffd}"),
        ] as [([UInt8], String)])
    func invalidUTF8(_ value: [UInt8], _ expected: String) throws {
        let lines = Array("sender=a@example.com\nhelo_name=".utf8) + value + Array("\nrecipient=b@example.com\n".utf8)
        let request = try PolicyRequest(ByteBuffer(bytes: Array(Self.first.utf8) + lines))
        #expect(Array(request[.heloName]) == Array(expected.utf8))
        #expect(request.string(.sender) == "a@example.com")
        #expect(request.string(.recipient) == "b@example.com")
    }

    @Test func aCleanRequestIsNotCopied() throws {
        let message = ByteBuffer(string: Self.first + "helo_name=b\u{fc}cher.example\n")
        let request = try PolicyRequest(message)
        let value = request[.heloName].withUnsafeBytes { $0.baseAddress }
        let base = message.withUnsafeReadableBytes { $0.baseAddress }
        #expect(value == base.map { $0 + 28 + 10 })
    }

    @Test(
        arguments: [
            ("helo_name=a\n", .missingRequest), ("nothing\n", .missingRequest), ("request=\n", .missingRequest),
            ("Request=smtpd_access_policy\n", .missingRequest), ("request=quit\n", .unknownRequest("quit")),
            ("request=smtpd_access_policy \n", .unknownRequest("smtpd_access_policy ")),
            ("request=SMTPD_ACCESS_POLICY\n", .unknownRequest("SMTPD_ACCESS_POLICY")),
            ("request=smtpd_access_policy\nrequest=check\n", .unknownRequest("check")),
            ("GET / HTTP/1.1\r\nHost: a\r\n", .missingRequest),
        ] as [(String, PolicyRequestError)])
    func refused(_ text: String, _ expected: PolicyRequestError) {
        #expect(throws: expected) { try PolicyRequest(ByteBuffer(string: text)) }
    }

    @Test func anEmptyMessageIsEmpty() throws {
        #expect(try PolicyRequest(ByteBuffer()).isEmpty)
        #expect(try PolicyRequest(ByteBuffer()).protocolState == .missing)
        #expect(try !PolicyRequest(ByteBuffer(string: Self.first)).isEmpty)
    }

    @Test func nothingCarriesOver() throws {
        var framer = AttributeListFramer()
        var buffer = ByteBuffer(string: Self.first + "sasl_username=a\n\n" + Self.first + "sender=b\n\n\n")
        let first = try PolicyRequest(#require(try framer.next(from: &buffer)))
        let second = try PolicyRequest(#require(try framer.next(from: &buffer)))
        let third = try PolicyRequest(#require(try framer.next(from: &buffer)))
        #expect(first.string(.saslUsername) == "a")
        #expect(second.isEmpty(.saslUsername))
        #expect(second.string(.sender) == "b")
        #expect(third.isEmpty)
    }

    @Test func theCorpusReadsAsWritten() throws {
        for text in Corpus.requests {
            let request = try PolicyRequest(ByteBuffer(string: text))
            for line in text.split(separator: "\n") {
                let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                let attribute = try #require(PolicyAttribute(name: String(parts[0])))
                #expect(request.string(attribute) == parts[1])
            }
        }
    }

    @Test func aMessageMayStartInTheMiddleOfABuffer() throws {
        var buffer = ByteBuffer(string: "rubbish" + Self.first + "sender=a@example.com\n")
        buffer.moveReaderIndex(forwardBy: 7)
        let request = try PolicyRequest(buffer)
        #expect(request.string(.sender) == "a@example.com")
        var encoded = ByteBuffer()
        request.encodeAttributes(into: &encoded)
        #expect(String(buffer: encoded) == "sender=a@example.com\n")
    }

    @Test func errorsQuoteThePeer() {
        let error = PolicyRequestError.unknownRequest("a\n\"" + String(repeating: "x", count: 100))
        #expect(error.description == #"unknown request "a\n\""# + String(repeating: "x", count: 61) + #"...""#)
        // Control characters beyond ASCII too, and no other character.
        let other = PolicyRequestError.unknownRequest("\u{80}\u{9b}\u{9f}\u{a0}\u{fc}")
        #expect(other.description == "unknown request \"\\u{0080}\\u{009B}\\u{009F}\u{a0}\u{fc}\"")
        #expect(PolicyRequestError.missingRequest.description == #"the attribute "request" is missing"#)
    }
}
