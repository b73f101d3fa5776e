import MailTypes
import Testing

@testable import Throttle

@Suite struct RateLedgerTests {
    private struct Bench {
        var ledger = RateLedger(now: 1000)
        var rules: ThrottleRules
        var bypasses = ThrottleMessage.Bypasses()

        init(_ rules: [ThrottleRule]) {
            self.rules = ThrottleRules(rules)
            bypasses.recipientsOfAuthenticated = false
        }

        mutating func send(_ message: ThrottleMessage, details: Bool = false) -> ThrottleVerdict {
            let subjects = message.subjects(bypassing: bypasses, isTrusted: false)
            return ledger.decide(
                ThrottlePlan(message: message, subjects: subjects, rules: rules, wantsDetails: details))
        }

        func counted(_ rule: Int64, _ account: String) -> [Int64]? {
            ledger.window(of: TrackingKey(rule: rule, account: account)).map { [$0.messages, $0.quota] }
        }
    }

    /// Each limit at its edges: as much as it says passes, one more does not, and 0 is no limit.
    @Test(
        arguments: [
            (LimitName.messageSize, 100, ThrottleVerdict.Outcome.none), (.messageSize, 99, .messageTooLarge),
            (.messageSize, 0, .none), (.recipients, 2, .none), (.recipients, 1, .tooManyRecipients),
            (.recipients, 0, .none),
            (.messages, 2, .none), (.messages, 1, .quotaExceeded), (.messages, 0, .none), (.quota, 100, .none),
            (.quota, 99, .quotaExceeded), (.quota, 0, .none),
        ] as [(LimitName, Int64, ThrottleVerdict.Outcome)])
    func edges(limit: LimitName, value: Int64, outcome: ThrottleVerdict.Outcome) throws {
        var bench = Bench([try rule(1, "@.", [limit: value])])
        #expect(bench.send(message(to: ["r@home.test", "s@home.test"])).outcome == outcome)
        // Only counted limits have rows, and these also when they are 0.
        let isCounted = limit.isCounted && outcome == .none
        #expect(bench.counted(1, "a@one.test") == (isCounted ? [2, 100] : nil))
    }

    /// The size is looked at first, then the recipients, the messages, the quota.
    @Test func orderOfSteps() throws {
        var limits: [LimitName: Int64] = [.messageSize: 1, .recipients: 1, .messages: 1, .quota: 1]
        var reasons: [String] = []
        for name in [LimitName.messageSize, .recipients, .messages, .quota] {
            var bench = Bench([try rule(1, "@.", limits)])
            let verdict = bench.send(message(to: ["r@home.test", "s@home.test"]))
            reasons.append(verdict.reason)
            limits[name] = nil
        }
        #expect(
            reasons == [
                "sender throttle for msg_size, 100/1, id=1 account=@.",
                "sender throttle for max_rcpts, 2/1, id=1 account=@.",
                "sender throttle for max_msgs, 0+2/1, id=1 account=@.",
                "sender throttle for max_quota, 0+100/1, id=1 account=@.",
            ])
    }

    @Test func eachUserOfADomainIsCountedApart() throws {
        var bench = Bench([try rule(1, "@one.test", [.messages: 1])])
        #expect(bench.send(message(from: "a@one.test")).outcome == .none)
        #expect(bench.send(message(from: "b@one.test")).outcome == .none)
        #expect(bench.send(message(from: "a@one.test")).outcome == .quotaExceeded)
    }

    /// The message that would cross the limit is refused; one that fills it is not.
    @Test func theMessageItselfCounts() throws {
        var bench = Bench([try rule(1, "@.", [.quota: 250])])
        #expect(bench.send(message(size: 200)).outcome == .none)
        #expect(bench.send(message(size: 51)).outcome == .quotaExceeded)
        #expect(bench.send(message(size: 50)).outcome == .none)
        #expect(bench.counted(1, "a@one.test") == [2, 250])
    }

    /// What the recipient's limit refuses does not count for the sender.
    @Test func allCountOrNone() throws {
        var bench = Bench([
            try rule(1, "@.", [.messages: 10]), try rule(2, "s@home.test", .inbound, [.messages: 1]),
            try rule(3, "@.", .inbound, [.messages: 5]),
        ])
        #expect(bench.send(message(to: ["r@home.test", "s@home.test"])).outcome == .none)
        let verdict = bench.send(message(to: ["r@home.test", "s@home.test"]))
        #expect(
            verdict.reason == "recipient throttle for max_msgs, 1+1/1, id=2 account=s@home.test recipient=s@home.test")
        #expect(bench.counted(1, "a@one.test") == [2, 100])
        #expect(bench.counted(3, "r@home.test") == [1, 100])
        #expect(bench.counted(2, "s@home.test") == [1, 100])
    }

    /// A network is counted under its own name, whoever of it sends.
    @Test(arguments: ["192.0.2.*", "192.0.2.0/24"])
    func networks(account: String) throws {
        var bench = Bench([try rule(1, account, [.messages: 2])])
        #expect(bench.send(message(from: "a@one.test", client: "192.0.2.1")).outcome == .none)
        #expect(bench.send(message(from: "b@one.test", client: "192.0.2.2")).outcome == .none)
        #expect(bench.send(message(from: "c@one.test", client: "192.0.2.3")).outcome == .quotaExceeded)
        #expect(bench.send(message(from: "c@one.test", client: "198.51.100.3")).outcome == .none)
        #expect(bench.counted(1, account) == [2, 200])
    }

    /// A client is counted once for the message, with its number of recipients, known or not.
    @Test(arguments: [true, false])
    func aClientOfSeveralRecipients(known: Bool) throws {
        var bench = Bench([try rule(1, "@ip", .inbound, [.messages: 3, .quota: 1000])])
        let recipients = known ? ["r@home.test", "s@home.test", "t@home.test"] : []
        let letter = message(to: recipients, all: known, count: 3, authenticated: false)
        #expect(bench.send(letter).outcome == .none)
        #expect(bench.counted(1, "192.0.2.1") == [3, 100])
        #expect(bench.send(letter).reason.hasPrefix("recipient throttle for max_msgs, 3+3/3, id=1 account=@ip"))
    }

    /// Recipients that share a counter all count in it before it is compared.
    @Test func recipientsThatShareACounter() throws {
        var bench = Bench([try rule(1, "info@*", .inbound, [.messages: 2])])
        let three = ["info@a.test", "info@b.test", "info@c.test"]
        #expect(bench.send(message(to: three)).outcome == .quotaExceeded)
        #expect(bench.send(message(to: Array(three.prefix(2)))).outcome == .none)
        #expect(bench.counted(1, "info@*") == [2, 200])
        // Two extensions of one address are two messages for it.
        var other = Bench([try rule(1, "@.", .inbound, [.messages: 1])])
        #expect(other.send(message(to: ["r+a@home.test", "r+b@home.test"])).outcome == .quotaExceeded)
    }

    /// A row that sets both limits changes once; two rows count both, each in its own period.
    @Test func oneRowOrTwo() throws {
        var one = Bench([try rule(1, "@.", [.messages: 9, .quota: 900])])
        _ = one.send(message())
        #expect(one.counted(1, "a@one.test") == [1, 100])
        #expect(one.ledger.changes == 1)
        var two = Bench([
            try rule(1, "@one.test", period: 60, [.messages: 9]), try rule(2, "@.", period: 3600, [.quota: 900]),
        ])
        _ = two.send(message())
        #expect(two.counted(1, "a@one.test") == [1, 100])
        #expect(two.counted(2, "a@one.test") == [1, 100])
        #expect(two.ledger.window(of: TrackingKey(rule: 2, account: "a@one.test"))?.period == 3600)
    }

    @Test func storedWindowsGoOn() throws {
        let key = TrackingKey(rule: 1, account: "a@one.test")
        for (now, outcome) in [(Int64(1060), ThrottleVerdict.Outcome.quotaExceeded), (1061, .none)] {
            var bench = Bench([try rule(1, "@.", [.messages: 5])])
            let window = RateWindow(messages: 5, start: 1000, last: 1000, lastNotified: 999, period: 60)
            bench.ledger = RateLedger([(key, window)], now: now)
            #expect(bench.send(message()).outcome == outcome)
            let expected = RateWindow(
                messages: 1, quota: 100, start: 1061, last: 1061, lastNotified: 999, period: 60)
            #expect(bench.ledger.window(of: key) == (outcome == .none ? expected : window))
            #expect((bench.ledger.changes == 0) == (outcome != .none))
        }
    }

    @Test func hugeNumbersAreRefusedAndNotCounted() throws {
        var bench = Bench([try rule(1, "@.", [.quota: .max - 1, .messages: .max - 1])])
        #expect(bench.send(message(size: .max)).outcome == .quotaExceeded)
        #expect(bench.send(message(count: .max)).outcome == .quotaExceeded)
        var unlimited = Bench([try rule(1, "@.", [.quota: 0])])
        for _ in 0..<2 { #expect(unlimited.send(message(size: .max)).outcome == .none) }
        #expect(unlimited.counted(1, "a@one.test") == [2, .max])
    }

    @Test func accountsWithoutLimitsAreNotCounted() throws {
        var bench = Bench([try rule(1, "b@one.test", [.messages: 1])])
        #expect(bench.send(message()) == ThrottleVerdict(outcome: .none))
        #expect(bench.ledger.changes == 0 && bench.counted(1, "a@one.test") == nil)
    }

    @Test func details() throws {
        var bench = Bench([
            try rule(1, "@.", period: 3700, [.messages: 2, .quota: 900]),
            try rule(2, "@.", .inbound, [.messageSize: 5]),
        ])
        #expect(
            bench.send(message(), details: true).details == [
                "[192.0.2.1] sender throttle, a@one.test -> max_msgs "
                    + "(0->1/2, period: 3700 seconds, time left: 1 hours, 1 minutes, 40 seconds)",
                "[192.0.2.1] sender throttle, a@one.test -> max_quota "
                    + "(0/900, period: 3700 seconds, time left: 1 hours, 1 minutes, 40 seconds)",
                "[192.0.2.1] [r@home.test] Quota exceeded: recipient throttle for msg_size, current: 100 bytes. "
                    + "(id=2/msg_size=5 (bytes)/account=@.; )",
            ])
    }
}
