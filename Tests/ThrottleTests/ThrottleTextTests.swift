import Testing

@testable import Throttle

@Suite struct ThrottleTextTests {
    @Test(
        arguments: [
            (0, ""), (3, "time left: 3 seconds"), (60, "time left: 1 minutes"), (3600, "time left: 1 hours"),
            (3723, "time left: 1 hours, 2 minutes, 3 seconds"), (90_000, "time left: 25 hours"),
        ] as [(Int64, String)])
    func timeLeft(seconds: Int64, text: String) {
        #expect(ThrottleText.timeLeft(seconds) == text)
    }

    @Test(
        arguments: [
            (LimitName.messages, 5 as Int64?, 2, "recipient_count=2, 5->7/6"), (.quota, 5, 2, "current: 5"),
            (.recipients, nil, 2, "current: 2"), (.messageSize, nil, 2, "current: 2 bytes"),
        ] as [(LimitName, Int64?, Int64, String)])
    func refused(limit: LimitName, before: Int64?, added: Int64, text: String) throws {
        let rule = try rule(3, "@.", [limit: 6])
        let subject = ThrottleSubject(kind: .outbound, account: account("a@one.test"), messages: 2)
        let check = ThrottlePlan.Check(
            subject: subject, limit: RateLimit([rule], withDetail: true), message: message(count: 2))
        let excess = RateLedger.Excess(
            bound: RateLimit.Bound(name: limit, value: 6, rule: rule), before: before, added: added)
        let line = ThrottleText(check: check, message: message(count: 2)).refused(excess)
        #expect(
            line == "[192.0.2.1] [a@one.test] Quota exceeded: sender throttle for \(limit.rawValue), \(text). "
                + "(id=3/\(limit.rawValue)=6\(limit.unit)/account=@.; )")
    }
}
