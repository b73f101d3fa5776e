import DNS
import MailTypes
import Testing

@Suite struct DNSReplyTests {
    private static func question(_ name: String, _ type: DNSRecordType) throws -> DNSQuestion {
        DNSQuestion(try #require(DNSName(name)), type)
    }

    @Test func addresses() throws {
        var message = WireMessage("mx.Example.com", type: 1, answers: 2)
        message.add(WireMessage.question, 1, ttl: 300, [192, 0, 2, 1])
        message.add(WireMessage.name("MX.example.COM"), 1, ttl: 200, [192, 0, 2, 2])
        let reply = DNSReply(parsing: message.bytes, for: try Self.question("mx.example.com", .a))
        #expect(reply == DNSReply(.records(.addresses([.v4(0xc000_0201), .v4(0xc000_0202)])), lifetime: 200))
    }

    @Test func addressesOfSixteenBytes() throws {
        var message = WireMessage("h.example", type: 28, answers: 1)
        message.add(WireMessage.question, 28, ttl: 5, [0x20, 1, 0xd, 0xb8] + [UInt8](repeating: 0, count: 11) + [7])
        let reply = DNSReply(parsing: message.bytes, for: try Self.question("h.example", .aaaa))
        #expect(reply.answer.addresses == [.v6(high: 0x2001_0db8_0000_0000, low: 7)])
    }

    @Test func textsAreJoined() throws {
        var message = WireMessage("t.example", type: 16, answers: 3)
        message.add(WireMessage.question, 16, ttl: 60, [3, 97, 98, 99, 0, 2, 100, 101])
        message.add(WireMessage.question, 16, ttl: 60, [])
        // Another class is none of our business.
        message.add(WireMessage.question, 16, ttl: 1, [1, 120], class: 3)
        let reply = DNSReply(parsing: message.bytes, for: try Self.question("t.example", .txt))
        #expect(reply == DNSReply(.records(.texts([Array("abcde".utf8), []])), lifetime: 60))
    }

    @Test func exchangesAndNames() throws {
        var message = WireMessage("d.example", type: 15, answers: 2)
        message.add(WireMessage.question, 15, ttl: 60, [0, 10, 2, 109, 120] + WireMessage.question)
        message.add(WireMessage.question, 15, ttl: 60, [0, 0, 0])
        let exchanges = DNSReply(parsing: message.bytes, for: try Self.question("d.example", .mx)).answer.exchanges
        #expect(exchanges.map(\.host.description) == ["mx.d.example", "."])
        #expect(exchanges.map(\.preference) == [10, 0])
        var reverse = WireMessage("1.2.0.192.in-addr.arpa", type: 12, answers: 1)
        reverse.add(WireMessage.question, 12, ttl: 60, WireMessage.name("Mail.Example"))
        let names = DNSReply(parsing: reverse.bytes, for: try Self.question("1.2.0.192.in-addr.arpa", .ptr)).answer
            .names
        #expect(names.map(\.description) == ["mail.example"])
    }

    @Test func aliasesAreFollowed() throws {
        var message = WireMessage("a.example", type: 1, answers: 3)
        message.add(WireMessage.name("b.example"), 5, ttl: 20, WireMessage.name("c.example"))
        message.add(WireMessage.question, 5, ttl: 90, WireMessage.name("b.example"))
        message.add(WireMessage.name("c.example"), 1, ttl: 300, [192, 0, 2, 9])
        let reply = DNSReply(parsing: message.bytes, for: try Self.question("a.example", .a))
        #expect(reply == DNSReply(.records(.addresses([.v4(0xc000_0209)])), lifetime: 20))
    }

    @Test func aCircleOfAliasesIsMalformed() throws {
        var message = WireMessage("a.example", type: 1, answers: 2)
        message.add(WireMessage.question, 5, ttl: 90, WireMessage.name("b.example"))
        message.add(WireMessage.name("b.example"), 5, ttl: 90, WireMessage.name("a.example"))
        #expect(DNSReply(parsing: message.bytes, for: try Self.question("a.example", .a)).answer == .failed(.malformed))
    }

    @Test(arguments: [
        (UInt8(0), UInt32(300), UInt32(60), 60, DNSAnswer.noRecords), (3, 30, 60, 30, .noSuchName),
        (3, 90_000, 90_000, 10_800, .noSuchName), (0, 0x8000_0001, 60, 0, .noRecords),
    ])
    func negativeAnswersLiveAsTheZoneSays(
        code: UInt8, ttl: UInt32, minimum: UInt32, lifetime: Int, answer: DNSAnswer
    ) throws {
        var message = WireMessage("no.example", type: 16, code: code, answers: 0, authorities: 1)
        message.add(WireMessage.name("example"), 6, ttl: ttl, WireMessage.start(minimum: minimum))
        let reply = DNSReply(parsing: message.bytes, for: try Self.question("no.example", .txt))
        #expect(reply == DNSReply(answer, lifetime: lifetime))
    }

    @Test func negativeAnswersWithoutStartOfZoneAreNotKept() throws {
        let message = WireMessage("no.example", type: 1, code: 3, answers: 0)
        #expect(DNSReply(parsing: message.bytes, for: try Self.question("no.example", .a)) == DNSReply(.noSuchName))
    }

    @Test(arguments: [UInt8(1), 2, 4, 5, 9])
    func otherCodesAreFailures(code: UInt8) throws {
        let message = WireMessage("no.example", type: 1, code: code, answers: 0)
        #expect(DNSReply(parsing: message.bytes, for: try Self.question("no.example", .a)).answer == .failed(.refused))
    }

    @Test func lifetimesAreBounded() throws {
        var message = WireMessage("h.example", type: 1, answers: 1)
        message.add(WireMessage.question, 1, ttl: 0x7fff_ffff, [192, 0, 2, 1])
        let reply = DNSReply(parsing: message.bytes, for: try Self.question("h.example", .a))
        #expect(reply.lifetime == DNSReply.longestLifetime)
    }

    /// Each message cut at each byte, and with each byte changed, gives an answer or a failure, and never traps.
    @Test func damageIsSurvived() throws {
        var message = WireMessage("a.example", type: 15, answers: 2, authorities: 1)
        message.add(WireMessage.question, 5, ttl: 90, WireMessage.name("b.example"))
        message.add(WireMessage.name("b.example"), 15, ttl: 60, [0, 10, 2, 109, 120] + WireMessage.question)
        let answersEnd = message.bytes.count
        message.add(WireMessage.name("example"), 6, ttl: 60, WireMessage.start(minimum: 9))
        let question = try Self.question("a.example", .mx)
        let whole = DNSReply(parsing: message.bytes, for: question)
        #expect(whole.answer.exchanges.count == 1)
        for end in 0..<answersEnd {
            #expect(DNSReply(parsing: Array(message.bytes[..<end]), for: question).answer == .failed(.malformed))
        }
        for index in message.bytes.indices {
            for value: UInt8 in [0, 1, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff] {
                var damaged = message.bytes
                damaged[index] = value
                _ = DNSReply(parsing: damaged, for: question)
            }
        }
    }

    /// A pointer to itself or forward would be a circle.
    @Test(arguments: [12, 200])
    func pointersLeadBack(target: Int) throws {
        var message = WireMessage("a.example", type: 12, answers: 1)
        message.add([0xc0, UInt8(target == 12 ? message.bytes.count : target)], 12, ttl: 9, WireMessage.name("b"))
        #expect(
            DNSReply(parsing: message.bytes, for: try Self.question("a.example", .ptr)).answer == .failed(.malformed))
    }
}
