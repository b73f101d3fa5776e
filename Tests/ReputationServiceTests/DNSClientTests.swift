import DNS
import DNSClient
import MailTypes
import NameServerFixture
import SuiteFixture
import Testing

/// The DNS client against a real server, and against none.
@Suite(.serialized) struct DNSClientTests {
    private static let zone = """
        mx.example.com. 300 IN A 192.0.2.25
        mx.example.com. IN AAAA 2001:db8::25
        example.com. IN MX 20 b.example.com.
        example.com. IN MX 10 mx.example.com.
        null.example.com. IN MX 0 .
        alias.example.com. IN CNAME mx.example.com.
        example.com. IN TXT "v=spf1 mx" " -all"
        big.example.com. IN TXT \((0..<20).map { "\"\($0) " + String(repeating: "x", count: 240) + "\"" }.joined(separator: " "))
        25.2.0.192.in-addr.arpa. IN PTR mx.example.com.
        brief.example.com. 0 IN A 192.0.2.1
        """

    private static func client(_ servers: String..., limit: Int = 3_000) throws -> DNSClient {
        try DNSClient(DNSClientSettings(servers: servers.compactMap { DNSServer(parsing: $0) }, queryLimit: limit))
    }

    @Test func everyKindOfRecord() async throws {
        let server = try NameServer(zone: Self.zone)
        let client = try Self.client(server.address)
        defer { client.stop() }
        #expect(try await client.answer("MX.example.com", .a).answer.addresses.map(\.description) == ["192.0.2.25"])
        #expect(
            try await client.answer("mx.example.com", .aaaa).answer.addresses.map(\.description) == ["2001:db8::25"])
        let exchanges = try await client.answer("example.com", .mx).answer.exchanges
        #expect(Set(exchanges.map(\.preference)) == [10, 20])
        #expect(try await client.answer("null.example.com", .mx).answer.exchanges.map(\.host) == [.root])
        let texts = try await client.answer("example.com", .txt).answer.texts
        #expect(texts.map { String(decoding: $0, as: UTF8.self) } == ["v=spf1 mx -all"])
        let names = try await client.answer("25.2.0.192.in-addr.arpa", .ptr).answer.names
        #expect(names.map(\.description) == ["mx.example.com"])
        #expect(try await client.answer("alias.example.com", .a).answer.addresses.map(\.description) == ["192.0.2.25"])
        #expect(try await client.answer("none.example.com", .a).answer == .noSuchName)
        #expect(try await client.answer("mx.example.com", .txt).answer == .noRecords)
        #expect(try await client.answer("x.nodata.test", .a).answer == .noRecords)
    }

    /// What does not fit into a datagram comes over TCP.
    @Test func largeAnswers() async throws {
        let server = try NameServer(zone: Self.zone)
        let client = try Self.client(server.address)
        defer { client.stop() }
        let texts = try await client.answer("big.example.com", .txt).answer.texts
        #expect(texts.first?.count ?? 0 > 4_000)
    }

    @Test func answersAreKeptAsLongAsTheySay() async throws {
        let server = try NameServer(zone: Self.zone)
        let client = try Self.client(server.address)
        defer { client.stop() }
        let first = try await client.answer("mx.example.com", .a)
        #expect(first.lifetime == 300)
        _ = try await client.answer("none.example.com", .a)
        _ = try await client.answer("brief.example.com", .a)
        server.kill()
        let kept = try await client.answer("mx.example.com", .a)
        #expect(kept.answer == first.answer && kept.lifetime <= 300)
        // RFC 2308: five seconds, says the zone.
        #expect(try await client.answer("none.example.com", .a).answer == .noSuchName)
        #expect(try await client.answer("brief.example.com", .a).answer == .failed(.refused))
        #expect(client.counts.cached == 2)
        #expect(client.counts.asked == 4)
    }

    @Test func failuresAreToldApartFromNothing() async throws {
        let server = try NameServer(zone: Self.zone)
        let client = try Self.client(server.address, limit: 1_500)
        defer { client.stop() }
        #expect(try await client.answer("x.refused.test", .a).answer == .failed(.refused))
        #expect(try await client.answer("x.servfail.test", .a).answer == .failed(.refused))
        #expect(try await client.answer("x.timeout.test", .a).answer == .failed(.timedOut))
    }

    @Test func theSameQuestionIsAskedOnce() async throws {
        let silent = try SilentNameServer()
        let client = try Self.client(silent.address, limit: 1_000)
        defer { client.stop() }
        await withTaskGroup(of: DNSAnswer?.self) { group in
            for _ in 0..<50 { group.addTask { try? await client.answer("a.example.com", .a, within: 300).answer } }
            for await answer in group { #expect(answer == .failed(.timedOut)) }
        }
        #expect(client.counts.asked == 1)
        #expect(client.counts.joined == 49)
        #expect(client.counts.expired == 50)
        #expect(silent.drain() == 1)
    }

    /// What takes long delays nothing else, and each gives up in his own time.
    @Test func aSilentNameBlocksNoOther() async throws {
        let server = try NameServer(zone: Self.zone)
        let client = try Self.client(server.address, limit: 5_000)
        defer { client.stop() }
        let silent = Task { try await client.answer("x.timeout.test", .a, within: 1_500).answer }
        #expect(try await client.answer("mx.example.com", .a, within: 3_000).answer.addresses.count == 1)
        #expect(client.counts.underWay == 1)
        #expect(try await silent.value == .failed(.timedOut))
    }

    @Test func anotherServerAnswersForADeadOne() async throws {
        let server = try NameServer(zone: Self.zone)
        let client = try Self.client("127.0.0.1:\(Socket.freePort())", server.address)
        defer { client.stop() }
        #expect(try await client.answer("mx.example.com", .a).answer.addresses.count == 1)
        let silent = try SilentNameServer()
        let other = try Self.client(silent.address, server.address)
        defer { other.stop() }
        #expect(try await other.answer("mx.example.com", .a).answer.addresses.count == 1)
    }

    @Test func aServerThatComesBackIsAsked() async throws {
        let server = try NameServer(zone: Self.zone)
        let client = try Self.client(server.address)
        defer { client.stop() }
        server.kill()
        #expect(try await client.answer("mx.example.com", .a).answer == .failed(.refused))
        try server.start()
        #expect(try await client.answer("mx.example.com", .a).answer.addresses.count == 1)
        try server.freeze()
        #expect(try await client.answer("mx.example.com", .aaaa, within: 300).answer == .failed(.timedOut))
        server.thaw()
        #expect(try await client.answer("mx.example.com", .aaaa).answer.addresses.count == 1)
    }

    @Test func otherServersAreTakenOver() async throws {
        let server = try NameServer(zone: Self.zone)
        let silent = try SilentNameServer()
        let client = try Self.client(silent.address, limit: 10_000)
        defer { client.stop() }
        // What is under way is asked again of the new ones.
        let waiting = Task { try await client.answer("mx.example.com", .a).answer }
        while client.counts.underWay == 0 { await Task.yield() }
        client.apply(DNSClientSettings(servers: DNSServer(parsing: server.address).map { [$0] }))
        #expect(try await waiting.value.addresses.count == 1)
    }

    @Test func tooManyQuestionsAreRefusedAtOnce() async throws {
        let silent = try SilentNameServer()
        var settings = DNSClientSettings(servers: DNSServer(parsing: silent.address).map { [$0] }, queryLimit: 2_000)
        settings.flights.questions = 10
        let client = try DNSClient(settings)
        defer { client.stop() }
        let waiting = (0..<10).map { number in Task { try await client.answer("h\(number).example.com", .a).answer } }
        while client.counts.underWay < 10 { await Task.yield() }
        #expect(try await client.answer("h10.example.com", .a).answer == .failed(.overloaded))
        client.stop()
        for task in waiting { #expect(try await task.value == .failed(.stopped)) }
        #expect(try await client.answer("h0.example.com", .a).answer == .failed(.stopped))
    }
}
