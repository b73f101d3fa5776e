import NIOCore
import PostfixProtocol
import Testing

@Suite struct PolicyRequestEncodingTests {
    private func encoded(_ request: PolicyRequest) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeAttribute("protocol", 1)
        request.encodeAttributes(into: &buffer)
        return buffer
    }

    @Test(
        arguments: [
            ([.sender: "a@example.com", .heloName: "x"], "helo_name=x\nsender=a@example.com\n"),
            ([.sender: "", .request: "smtpd_access_policy"], ""),
            ([.heloName: "50%\n\u{7f}", .size: "0"], "helo_name=50%25%0A%7F\nsize=0\n"),
            ([.heloName: "b\u{fc}cher"], "helo_name=b\u{fc}cher\n"),
        ] as [([PolicyAttribute: String], String)])
    func lines(_ values: [PolicyAttribute: String], _ expected: String) {
        #expect(String(buffer: encoded(.make(values))) == "protocol=1\n" + expected)
    }

    @Test func theCorpusComesBack() throws {
        for text in Corpus.requests {
            let request = try PolicyRequest(ByteBuffer(string: text))
            let copy = try PolicyRequest(AttributeList(encoded(request)))
            for attribute in PolicyAttribute.allCases where attribute != .request {
                #expect(copy.string(attribute) == request.string(attribute))
            }
        }
    }

    /// What Postfix sent fits its line; encoded or repaired it may not.
    @Test(arguments: ["%", "\u{ff}", "x", "\u{fffd}"])
    func everyLineIsWithinItsReadersLimit(_ text: String) throws {
        let byte = text == "\u{ff}" ? [0xff] : Array(text.utf8)
        var message = ByteBuffer(string: "request=smtpd_access_policy\nhelo_name=")
        message.writeBytes((0..<65_000 / byte.count).flatMap { _ in byte })
        message.writeString("\nsender=a@example.com\n")
        var sent = try encoded(PolicyRequest(message))
        sent.writeEndOfMessage()
        var framer = AttributeListFramer()
        let copy = try PolicyRequest(AttributeList(#require(try framer.next(from: &sent))))
        #expect(copy.string(.sender) == "a@example.com")
        #expect(copy[.heloName].count > 20_000)
    }

    @Test func aPlainValueTooLongForItsLineIsCut() throws {
        var sent = encoded(.make([.heloName: String(repeating: "x", count: 70_000)]))
        sent.writeEndOfMessage()
        var framer = AttributeListFramer()
        let copy = try PolicyRequest(AttributeList(#require(try framer.next(from: &sent))))
        #expect(copy[.heloName].count == 65_536 - "helo_name=".utf8.count)
    }

    @Test func everyCharacterComesBack() throws {
        let value = String(String.UnicodeScalarView((1..<0x250).compactMap(Unicode.Scalar.init)))
        let request = PolicyRequest.make([.heloName: value, .sender: "plain", .tlsSNI: "%41"])
        #expect(try PolicyRequest(AttributeList(encoded(request))) == request)
    }

    @Test func valuesOfAListAreDecodedAndRepaired() throws {
        let text = "protocol=1\nid=7\nrequest=check\nsender=%41%0a\nhelo_name=%ff\nsize=5\nclient_name=a%00\nfact.x=1\n"
        let request = try PolicyRequest(AttributeList(ByteBuffer(string: text)))
        #expect(request.string(.sender) == "A\n")
        #expect(Array(request[.heloName]) == Array("\u{fffd}".utf8))
        #expect(Array(request[.clientName]) == Array("a\u{fffd}".utf8))
        #expect(request.integer(.size) == 5)
        #expect(request.string(.request) == "check")
    }

    @Test func aRawListIsNotDecoded() throws {
        let list = try AttributeList(ByteBuffer(string: "sender=%41\nhelo_name=a\0\n"))
        #expect(PolicyRequest(list).string(.sender) == "%41")
        #expect(PolicyRequest(list).string(.heloName) == "a\u{fffd}")
    }
}
