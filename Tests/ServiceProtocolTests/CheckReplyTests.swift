import NIOCore
import PostfixProtocol
import ServiceProtocol
import Testing

@Suite struct CheckReplyTests {
    private static func action(_ text: String) -> Verdict { .action(PolicyAction(parsing: text) ?? .dunno) }

    @Test func itIsWrittenAsAttributes() {
        let reply = CheckReply.results([
            ("a", .verdict(.none)), ("b", .verdict(Self.action("REJECT 100%"), reason: "why", score: 2.5)),
            ("c", .error("no database")),
        ])
        let expected = [
            "verdict.a=none", "verdict.b=REJECT 100%25", "reason.b=why", "score.b=2.5", "error.c=no database",
        ]
        #expect(lines(reply.encode) == expected)
        let needs = CheckReply.needs(["spf-listed:x.example", "local:y.example"].compactMap(FactName.init(parsing:)))
        #expect(lines(needs.encode) == ["need=spf-listed:x.example local:y.example"])
    }

    @Test func itIsReadBack() throws {
        let reply = CheckReply.results([
            ("a", .verdict(.pass, reason: "listed")),
            ("b", .verdict(Self.action("451 4.7.1 later"), reason: "", score: -1)),
            ("c", .error("x")), ("d", .verdict(.none)),
        ])
        #expect(CheckReply(try sent(reply.encode), checks: ["a", "b", "c", "d"]) == reply)
        let needs = CheckReply.needs([FactName(kind: "spf-listed", subject: "x.example")])
        #expect(CheckReply(try sent(needs.encode), checks: ["a"]) == needs)
    }

    /// Results come in the order they were asked.
    @Test func theOrderIsThatOfTheQuestion() throws {
        let reply = CheckReply(try received("verdict.b=pass", "verdict.a=none"), checks: ["a", "b"])
        #expect(reply == .results([("a", .verdict(.none)), ("b", .verdict(.pass))]))
    }

    struct Bad: Sendable {
        let lines: String
        let error: String
    }

    @Test(arguments: [
        Bad(lines: "verdict.c=none", error: "no verdict in the reply"),
        Bad(lines: "verdict.a=none\nverdict.a=none", error: "more than one verdict in the reply"),
        Bad(lines: "error.a=x\nerror.a=y", error: "more than one verdict in the reply"),
        Bad(lines: "error.a=x\nverdict.a=none", error: "more than one verdict in the reply"),
        Bad(lines: "verdict.a=", error: "verdict is not a Postfix action"),
        Bad(lines: "verdict.a=none ", error: "verdict is not a Postfix action"),
        Bad(lines: "verdict.a=250 ok", error: "verdict is not a Postfix action"),
        Bad(lines: "verdict.a=none\nscore.a=", error: "score is not a number"),
        Bad(lines: "verdict.a=none\nscore.a=inf", error: "score is not a number"),
        Bad(lines: "verdict.a=none\nscore.a=nan", error: "score is not a number"),
        Bad(lines: "verdict.a=none\nscore.a=1e999", error: "score is not a number"),
    ])
    func aBadAnswerIsThatOfItsCheckAlone(_ bad: Bad) throws {
        let reply = CheckReply(try received(bad.lines, "verdict.b=pass"), checks: ["a", "b"])
        #expect(reply == .results([("a", .error(bad.error)), ("b", .verdict(.pass))]))
    }

    @Test(arguments: [
        ["verdict.a=none", "verdict.b=none", "reason.a=x", "reason.a=y"], ["need=a:b", "need=a:b"],
        ["verdict.a=none", "verdict.a=none", "verdict.b=none", "other=1", "other=1"],
    ])
    func anotherDoubledNameIsTheErrorOfAll(_ lines: [String]) throws {
        let list = try received(lines.joined(separator: "\n"))
        guard case .results(let results) = CheckReply(list, checks: ["a", "b"]) else {
            Issue.record("no results")
            return
        }
        #expect(results.count == 2)
        for (_, result) in results {
            guard case .error(let text) = result else {
                Issue.record("no error")
                continue
            }
            #expect(text.hasSuffix(" stands twice in the reply"))
        }
    }

    @Test func answersNobodyAskedForAreNamed() throws {
        let list = try received("verdict.a=none", "verdict.c=OK", "error.d=x", "reason.e=y", "verdict.=none")
        #expect(CheckReply.unaskedChecks(in: list, asked: ["a", "b"]) == ["c", "d", ""])
        #expect(CheckReply.unaskedChecks(in: try received("verdict.a=none"), asked: ["a"]).isEmpty)
    }

    @Test(arguments: ["", " ", "x", "a:b c", "A:b", "a:b\u{7f}", ":b"]) func aMalformedNeedIsAnError(
        _ text: String
    ) throws {
        let reply = CheckReply(try received("need=\(text)"), checks: ["a"])
        #expect(reply == .results([("a", .error("need is malformed"))]))
    }

    @Test(arguments: [(16, true), (17, false)]) func needsAreBounded(_ count: Int, _ isTaken: Bool) throws {
        let names = (0..<count).map { "local:d\($0).example" }
        let reply = CheckReply(try received("need=" + names.joined(separator: " ")), checks: ["a"])
        #expect((reply == .needs(names.compactMap(FactName.init(parsing:)))) == isTaken)
    }

    /// A message in which something is encoded is read another way, and says the same.
    @Test(
        arguments: [
            ["verdict.a=none", "verdict.b=pass", "reason.b=why", "score.b=2"],
            ["verdict.b=pass", "error.a=no luck"], ["verdict.a=none", "verdict.a=pass", "verdict.b=none"],
            ["verdict.b=pass", "verdict.a=none", "reason.b=late", "score.a=1"], ["verdict.b=none", "verdict.b=pass"],
            ["verdict.a=none"], ["score.a=x", "verdict.a=none", "verdict.b=nonsense"],
            ["verdict.ab=none", "verdict.=none", "verdict=none", "other.a=none", "verdict.b=none"],
        ])
    func encodedOrNot(_ lines: [String]) throws {
        let list = try received(lines.joined(separator: "\n"))
        let other = try received(lines.joined(separator: "\n"), "beside=%25")
        for checks in [["a", "b"], ["b", "a", "b"], ["a"]] {
            let plain = CheckReply.decode(list, asked: AskedChecks(checks))
            let encoded = CheckReply.decode(other, asked: AskedChecks(checks))
            #expect(plain.reply == encoded.reply)
            let unasked = CheckReply.unaskedChecks(in: list, asked: checks)
            #expect(plain.mayHaveUnasked == !unasked.isEmpty && encoded.mayHaveUnasked)
        }
    }

    /// The short way to tell that nothing was said agrees with the long one.
    @Test(arguments: [
        (["verdict.a=none", "verdict.b=none"], true), (["verdict.a=none"], false),
        (["verdict.b=none", "verdict.a=none"], false), (["verdict.a=none", "verdict.b=pass"], false),
        (["verdict.a=none", "verdict.b=none", "verdict.c=none"], false),
        (["verdict.a=none", "verdict.b=none", "reason.b=x"], false),
        (["verdict.a=none", "verdict.b=none", "fact.local:x=yes"], false),
        (["verdict.a=none\r", "verdict.b=none"], false), (["verdict.a=none", "verdict.b=nonex"], false),
    ])
    func silenceIsTold(_ lines: [String], _ expected: Bool) throws {
        let asked = AskedChecks(["a", "b"])
        let list = try received("id=7\n" + lines.joined(separator: "\n"))
        #expect(asked.isSilence(list) == expected)
        guard expected else { return }
        let (reply, mayHaveUnasked) = CheckReply.decode(list, asked: asked)
        #expect(reply == .results([("a", .verdict(.none)), ("b", .verdict(.none))]))
        #expect(!mayHaveUnasked)
    }

    /// A check that is named twice is asked once.
    @Test func aNameIsAskedOnce() throws {
        let asked = AskedChecks(["b", "a", "b"])
        #expect(asked == AskedChecks(["b", "a"]))
        #expect(asked.isSilence(try received("id=7", "verdict.b=none", "verdict.a=none")))
        let list = try received("id=7", "verdict.a=none", "verdict.b=REJECT b")
        let refusal = try #require(Verdict(parsing: "REJECT b"))
        let results = CheckReply.results([("b", .verdict(refusal)), ("a", .verdict(.none))])
        #expect(CheckReply.decode(list, asked: asked).reply == results)
    }

    @Test func aDoubledAnswerIsNoSilence() throws {
        let asked = AskedChecks(["a"])
        let list = try received("id=7", "verdict.a=none", "verdict.a=none")
        #expect(!asked.isSilence(list))
        let error = CheckResult.error("more than one verdict in the reply")
        #expect(CheckReply.decode(list, asked: asked).reply == .results([("a", error)]))
    }

    @Test func aNeedIsNoSilence() throws {
        let list = try received("need=local:x\nverdict.a=none")
        #expect(!AskedChecks(["a"]).isSilence(list))
        #expect(!AskedChecks([]).isSilence(try received("id=1")))
    }
}
