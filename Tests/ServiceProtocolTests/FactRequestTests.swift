import NIOCore
import PostfixProtocol
import ServiceProtocol
import Testing

@Suite struct FactRequestTests {
    private static let names = ["local:x.example", "spf-listed:y.example"].compactMap(FactName.init(parsing:))

    @Test func itIsWrittenAndReadBack() throws {
        let request = FactRequest(
            names: Self.names, clientAddress: "192.0.2.1", deadline: MonotonicInstant(milliseconds: 7))
        let expected = [
            "request=fact", "names=local:x.example spf-listed:y.example", "deadline=7", "client_address=192.0.2.1",
        ]
        #expect(lines(request.encode) == expected)
        let read = try #require(FactRequest(try sent(request.encode)))
        #expect(read.names == Self.names)
        #expect(read.clientAddress == "192.0.2.1")
        #expect(read.deadline == request.deadline)
    }

    @Test(arguments: ["names=", "names=x", "other=local:x.example"]) func askingForNothingIsNone(_ line: String) throws
    {
        #expect(FactRequest(try received(line)) == nil)
    }

    @Test func malformedNamesAreLeftOut() throws {
        let read = try #require(FactRequest(try received("names=x local:x.example A:b spf-listed:y.example")))
        #expect(read.names == Self.names)
        #expect(read.clientAddress == "")
    }

    @Test func theReplyIsReadBack() throws {
        let reply = FactReply(values: [Self.names[0]: "yes", Self.names[1]: "50%\n"])
        #expect(FactReply(try sent(reply.encode)) == reply)
        let dated = FactReply(values: [Self.names[0]: "no"], revision: "1kz7 %.4", lifetime: 60_000)
        #expect(FactReply(try sent(dated.encode)) == dated)
        for (length, isRead) in [(64, true), (65, false)] {
            let text = String(repeating: "r", count: length)
            #expect(FactReply(try received("revision=\(text)"))?.revision == (isRead ? text : nil))
        }
        for (text, lifetime) in [("5000", 5_000), ("0", nil), ("-1", nil), ("x", nil), ("99999999999999999999", nil)] {
            #expect(FactReply(try received("lifetime=\(text)"))?.lifetime == lifetime)
        }
        #expect(FactReply(try received("fact.x=1", "fac.local:x.example=1", "local:x.example=1"))?.values == [:])
    }

    @Test(arguments: [["fact.local:x.example=yes", "fact.local:x.example=no"], ["fact.a:b=1", "x=1", "x=1"]])
    func aDoubledNameIsTheErrorOfTheReply(_ lines: [String]) throws {
        #expect(FactReply(try received(lines.joined(separator: "\n"))) == nil)
    }
}
