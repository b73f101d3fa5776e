import NIOCore
import PostfixProtocol
import ServiceProtocol
import Testing

@Suite struct LookupRequestTests {
    @Test func itIsWrittenAndReadBack() throws {
        let request = LookupRequest(
            map: "srs-forward", key: "100%\n@x.example", facts: [FactName(kind: "local", subject: "x.example"): "no"],
            deadline: MonotonicInstant(milliseconds: 7))
        let expected = [
            "request=lookup", "map=srs-forward", "key=100%25%0A@x.example", "deadline=7", "fact.local:x.example=no",
        ]
        #expect(lines(request.encode) == expected)
        let read = try #require(LookupRequest(try sent(request.encode)))
        #expect(read.map == request.map)
        #expect(read.key == request.key)
        #expect(read.facts == request.facts)
        #expect(read.deadline == request.deadline)
    }

    @Test(arguments: [["map=m"], ["key=k"], ["map=", "key=k"]]) func withoutMapOrKeyItIsNone(_ lines: [String]) throws {
        #expect(LookupRequest(try received(lines.joined(separator: "\n"))) == nil)
    }

    @Test func anEmptyKeyIsOne() throws {
        #expect(LookupRequest(try received("map=m", "key="))?.key == "")
    }

    @Test(arguments: [
        (LookupResult.found("SRS0=a@b.example"), "result=found SRS0=a@b.example"),
        (.notFound("not ours"), "result=notfound not ours"), (.temporary("50% done"), "result=temporary 50%25 done"),
        (.found(""), "result=found "), (.found(" a  b "), "result=found  a  b "),
        // A combining mark makes one Character with the blank before it.
        (.found("\u{301}a@b.example"), "result=found \u{301}a@b.example"),
    ])
    func resultsAreWrittenAndReadBack(_ result: LookupResult, _ line: String) throws {
        #expect(lines(result.encode) == [line])
        #expect(LookupResult(try sent(result.encode)) == result)
    }

    @Test(arguments: ["result=", "result=Found x", "result=foundx", "result= found x", "other=found x"])
    func anythingElseIsNone(_ line: String) throws {
        #expect(LookupResult(try received(line)) == nil)
    }

    @Test(arguments: ["result=found a\nresult=found b", "result=found a\nx=1\nx=1"])
    func aDoubledNameIsTheErrorOfTheReply(_ lines: String) throws {
        #expect(LookupResult(try received(lines)) == nil)
    }

    @Test(arguments: [("result=found", LookupResult.found("")), ("result=notfound", .notFound(""))])
    func theTextMayBeMissing(_ line: String, _ result: LookupResult) throws {
        #expect(LookupResult(try received(line)) == result)
    }
}
