import NIOCore
import PostfixProtocol
import ServiceProtocol
import ServiceTransport
import Testing

@testable import Frontend

@Suite struct LookupEngineTests {
    /// The engine and what it asked and answered, as lines.
    struct Dialog {
        var engine = LookupEngine()
        var now = MonotonicInstant(microseconds: 5_000_000)
        var open: [(service: String, ask: Ask)] = []

        mutating func lookUp(_ key: String, map: String = "srs-forward", tag: UInt64 = 0) -> [String] {
            var actions: [LookupEngine.Action] = []
            engine.receive(map: map, key: key, tag: tag, now: now, actions: &actions)
            return note(actions)
        }

        mutating func reply(_ line: String) -> [String] {
            guard let list = try? AttributeList(ByteBuffer(string: "protocol=1\n\(line)\n")) else {
                return ["bad reply"]
            }
            return settle(.reply(list))
        }

        mutating func fail(_ failure: AskFailure) -> [String] { settle(.failed(failure)) }

        private mutating func settle(_ outcome: AskOutcome) -> [String] {
            guard !open.isEmpty else { return ["nothing asked"] }
            var actions: [LookupEngine.Action] = []
            engine.receive(outcome, token: open.removeFirst().ask.token, now: now, actions: &actions)
            return note(actions)
        }

        private mutating func note(_ actions: [LookupEngine.Action]) -> [String] {
            actions.map { action in
                switch action {
                case .ask(let service, let ask):
                    open.append((service, ask))
                    let lines = String(buffer: ask.payload).split(separator: "\n")
                    return "\(service): " + lines.filter { !$0.hasPrefix("deadline=") }.joined(separator: " ")
                case .uselessReply(let service):
                    return "useless \(service)"
                case .answer(let tag, _, let result, let failure):
                    return "answer \(tag) \(result)" + (failure.map { " (\($0))" } ?? "")
                }
            }
        }
    }

    static let asked = "srs: request=lookup map=srs-forward key=u@x.example"

    @Test func theFactsComeFirst() {
        var dialog = Dialog()
        #expect(dialog.lookUp("u@x.example", tag: 7) == ["directory: request=fact names=local:x.example"])
        #expect(dialog.reply("fact.local:x.example=no") == [Self.asked + " fact.local:x.example=no"])
        #expect(dialog.reply("result=found SRS0=a@b.example") == ["answer 7 found(\"SRS0=a@b.example\")"])
        #expect(dialog.engine.inFlight == 0)
    }

    @Test(arguments: AskFailure.allCases) func factsThatFailAreUnknown(_ failure: AskFailure) {
        var dialog = Dialog()
        _ = dialog.lookUp("u@x.example")
        #expect(dialog.fail(failure) == [Self.asked + " fact.local:x.example=unknown"])
    }

    private static let list = """
        postern local-domains 1
        local x.example
        end 1

        """

    /// The directory is away: the last known list tells, and is not mistaken for the directory's own word.
    @Test(arguments: [
        ("u@x.example", "x.example=yes"), ("u@y.example", "y.example=no"), ("u@mx.example", "mx.example=yes"),
    ])
    func theLastKnownListAnswers(_ key: String, _ fact: String) throws {
        var dialog = Dialog()
        dialog.engine.lastKnown = LastKnownLocality(
            domains: try LastKnownDomains(parsing: Self.list), hostnames: ["mx.example"])
        let asked = "srs: request=lookup map=srs-forward key=\(key) fact.local:\(fact)"
        #expect(dialog.lookUp(key).first?.hasPrefix("directory: ") == true)
        #expect(dialog.fail(.expired) == [asked])
        #expect(dialog.lookUp(key).first?.hasPrefix("directory: ") == true)
        _ = dialog.reply("result=notfound")
        #expect(dialog.reply("fact.local:\(key.dropFirst(2))=unknown") == [asked])
        _ = dialog.reply("result=notfound")
        #expect(dialog.lookUp(key).first?.hasPrefix("directory: ") == true)
        let opposite = fact.hasSuffix("yes") ? "no" : "yes"
        #expect(
            dialog.reply("fact.local:\(key.dropFirst(2))=\(opposite)") == [
                "srs: request=lookup map=srs-forward key=\(key) fact.local:\(key.dropFirst(2))=\(opposite)"
            ])
    }

    @Test func onlyTheFactAskedForIsBelieved() {
        var dialog = Dialog()
        _ = dialog.lookUp("u@x.example")
        #expect(
            dialog.reply("fact.local:y.example=yes") == [
                "useless directory", Self.asked + " fact.local:x.example=unknown",
            ])
        #expect(dialog.lookUp("u@y.example") == ["directory: request=fact names=local:y.example"])
    }

    @Test func aFactIsKeptForAMoment() {
        var dialog = Dialog()
        _ = dialog.lookUp("u@x.example")
        _ = dialog.reply("fact.local:x.example=yes")
        dialog.now = dialog.now.advanced(byMilliseconds: 899)
        #expect(dialog.lookUp("u@x.example") == [Self.asked + " fact.local:x.example=yes"])
        dialog.now = dialog.now.advanced(byMilliseconds: 1)
        #expect(dialog.lookUp("u@x.example") == ["directory: request=fact names=local:x.example"])
    }

    @Test func aFactIsKeptWhileItsRevisionIsTold() {
        var dialog = Dialog()
        for (domain, pause) in [("x.example", 800), ("y.example", 800), ("z.example", 800)] {
            #expect(dialog.lookUp("u@\(domain)") == ["directory: request=fact names=local:\(domain)"])
            _ = dialog.reply("fact.local:\(domain)=no\nrevision=r.1")
            _ = dialog.reply("result=notfound")
            dialog.now = dialog.now.advanced(byMilliseconds: pause)
        }
        // Told 2.4 s ago, and the revision 0.8 s ago.
        #expect(dialog.lookUp("u@x.example") == [Self.asked + " fact.local:x.example=no"])
        _ = dialog.reply("result=notfound")
        #expect(dialog.lookUp("u@new.example") == ["directory: request=fact names=local:new.example"])
        _ = dialog.reply("fact.local:new.example=no\nrevision=r.2")
        _ = dialog.reply("result=notfound")
        #expect(dialog.lookUp("u@x.example") == ["directory: request=fact names=local:x.example"])
    }

    @Test(arguments: ["postmaster", "u@[192.0.2.1]", ""]) func withoutADomainTheServiceIsAskedAtOnce(_ key: String) {
        var dialog = Dialog()
        #expect(dialog.lookUp(key) == ["srs: request=lookup map=srs-forward key=\(key)"])
    }

    @Test(arguments: [300, 310, 330]) func aDomainThatIsTooLongIsNotAskedFor(_ length: Int) {
        var dialog = Dialog()
        let key = "u@" + String(repeating: "abcdefg.", count: 40).prefix(length - 1) + "x"
        #expect(dialog.lookUp(key) == ["srs: request=lookup map=srs-forward key=\(key)"])
    }

    @Test func withoutAProviderTheServiceIsAskedAtOnce() {
        var dialog = Dialog()
        dialog.engine = LookupEngine(providers: [:])
        #expect(dialog.lookUp("u@x.example") == [Self.asked + " fact.local:x.example=unknown"])
    }

    @Test(arguments: [
        ("result=notfound not ours", "notFound(\"not ours\")"), ("result=temporary later", "temporary(\"later\")"),
    ])
    func theAnswerIsPassedOn(_ reply: String, _ answer: String) {
        var dialog = Dialog()
        _ = dialog.lookUp("postmaster")
        #expect(dialog.reply(reply) == ["answer 0 \(answer)"])
    }

    @Test(arguments: ["result=perhaps", "other=x", "result=found a\nresult=found b"])
    func nonsenseCountsAgainstTheService(_ reply: String) {
        var dialog = Dialog()
        _ = dialog.lookUp("postmaster")
        #expect(
            dialog.reply(reply) == [
                "useless srs", "answer 0 notFound(\"not available, not rewritten\") (the reply could not be used)",
            ])
    }

    @Test(arguments: AskFailure.allCases) func aFailureLeavesTheAddressAsItIs(_ failure: AskFailure) {
        var dialog = Dialog()
        _ = dialog.lookUp("postmaster")
        #expect(
            dialog.fail(failure) == ["answer 0 notFound(\"not available, not rewritten\") (\(failure.rawValue))"])
        #expect(dialog.engine.inFlight == 0)
    }

    @Test func aFailureMayBeTemporary() {
        var dialog = Dialog()
        dialog.engine = LookupEngine(maximumInFlight: 1)
        dialog.engine.failureRule = .temporary
        let answer = "answer 0 temporary(\"not available, try again later\")"
        _ = dialog.lookUp("postmaster")
        #expect(dialog.lookUp("b") == [answer + " (too many lookups)"])
        #expect(dialog.fail(.expired) == [answer + " (expired)"])
        _ = dialog.lookUp("postmaster")
        #expect(dialog.reply("result=perhaps") == ["useless srs", answer + " (the reply could not be used)"])
        _ = dialog.lookUp("postmaster")
        #expect(dialog.reply("result=notfound not ours") == ["answer 0 notFound(\"not ours\")"])
    }

    @Test func lookupsAreBounded() {
        var dialog = Dialog()
        dialog.engine = LookupEngine(maximumInFlight: 1)
        _ = dialog.lookUp("a")
        #expect(
            dialog.lookUp("b") == ["answer 0 notFound(\"not available, not rewritten\") (too many lookups)"])
    }

    @Test func factsLeaveTimeForTheService() {
        var dialog = Dialog()
        dialog.engine = LookupEngine(limit: 800)
        _ = dialog.lookUp("u@x.example")
        #expect(dialog.open.first?.ask.expires == dialog.now.advanced(byMilliseconds: 400))
        _ = dialog.fail(.expired)
        #expect(dialog.open.first?.ask.expires == dialog.now.advanced(byMilliseconds: 800))
    }

    @Test func aSecondOutcomeOfTheFactsIsIgnored() throws {
        var dialog = Dialog()
        _ = dialog.lookUp("u@x.example")
        let question = try #require(dialog.open.first)
        #expect(dialog.reply("fact.local:x.example=yes").count == 1)
        dialog.open.insert(question, at: 0)
        #expect(dialog.reply("fact.local:x.example=yes") == [])
    }

    @Test func itsTokensAreMarked() {
        var dialog = Dialog()
        _ = dialog.lookUp("u@x.example")
        #expect(dialog.open.allSatisfy { $0.ask.token >> 63 == 1 })
    }
}
