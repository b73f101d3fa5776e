import NIOCore
import PostfixProtocol
import ServiceProtocol
import Testing

@Suite struct UpkeepTests {
    private static let names = ["networks:x.example", "networks:y.example"].compactMap(FactName.init(parsing:))

    @Test func theFirstRequestHasNothingButItsDeadline() throws {
        let request = UpkeepRequest(deadline: MonotonicInstant(milliseconds: 7))
        #expect(lines(request.encode) == ["request=upkeep", "deadline=7"])
        #expect(UpkeepRequest(try sent(request.encode)) == request)
        #expect(UpkeepRequest(try received("request=upkeep")) == UpkeepRequest())
    }

    @Test func factsAndCursorComeBack() throws {
        let request = UpkeepRequest(
            cursor: "a%b\nc", facts: [Self.names[0]: "192.0.2.0/24 2001:db8::/32", Self.names[1]: "unknown"],
            deadline: MonotonicInstant(milliseconds: 7))
        #expect(UpkeepRequest(try sent(request.encode)) == request)
    }

    @Test(
        arguments: [
            (.done(next: 3_600), ["done=3600"]), (.failed("no database"), ["error=no database"]),
            (.needs(names, cursor: nil), ["need=networks:x.example networks:y.example"]),
            (.needs([names[0]], cursor: "x.example"), ["need=networks:x.example", "cursor=x.example"]),
        ] as [(UpkeepReply, [String])])
    func aReplyIsReadBack(_ reply: UpkeepReply, _ expected: [String]) throws {
        #expect(lines(reply.encode) == expected)
        #expect(UpkeepReply(try sent(reply.encode)) == reply)
    }

    @Test(arguments: [("0", 1), ("-5", 1), ("99999999999", 86_400)]) func theNextTimeIsBounded(
        _ seconds: String, _ expected: Int
    ) throws {
        #expect(UpkeepReply(try received("done=\(seconds)")) == .done(next: expected))
    }

    @Test(arguments: [
        "status=done", "done=soon", "done=", "need=", "need=networks", "need=networks:a.example NETWORKS:b.example",
        "need=" + (0...16).map { "networks:d\($0).example" }.joined(separator: " "),
    ]) func nonsenseIsNoReply(_ line: String) throws {
        #expect(UpkeepReply(try received(line)) == nil)
    }

    @Test func aCursorIsBounded() throws {
        let longest = String(repeating: "c", count: UpkeepReply.longestCursor)
        #expect(UpkeepReply(try received("need=a:b", "cursor=\(longest)")) != nil)
        #expect(UpkeepReply(try received("need=a:b", "cursor=\(longest)c")) == nil)
    }

    @Test(arguments: [("60", 60), ("0", nil), ("86401", nil), ("often", nil)] as [(String, Int?)])
    func theHelloMaySayHowOften(_ text: String, _ expected: Int?) throws {
        let hello = try #require(Hello(try received("service=x", "upkeep=\(text)")))
        #expect(hello.upkeep == expected)
    }

    @Test func aHelloWithUpkeepIsReadBack() throws {
        let hello = Hello(service: "greylist", upkeep: 3_600)
        #expect(lines(hello.encode).last == "upkeep=3600")
        #expect(Hello(try sent(hello.encode)) == hello)
    }
}
