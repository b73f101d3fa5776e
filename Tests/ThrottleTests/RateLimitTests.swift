import Testing

@testable import Throttle

@Suite struct RateLimitTests {
    @Test func theFirstRuleThatSetsALimitGivesIt() throws {
        let rules = [
            try rule(1, "a@one.test", [.messages: -1, .quota: 0]),
            try rule(2, "@one.test", period: 30, [.messages: 10, .quota: 999, .messageSize: -1]),
            try rule(3, "@.", [.messages: 99, .quota: 99, .messageSize: 7, .recipients: 8]),
        ]
        let limit = RateLimit(rules)
        #expect(limit.bounds.mapValues(\.value) == [.messages: 10, .quota: 0, .messageSize: 7, .recipients: 8])
        #expect(limit.bounds.mapValues(\.rule.id) == [.messages: 2, .quota: 1, .messageSize: 3, .recipients: 3])
        #expect(limit.counted.map(\.rule.period) == [30, 60])
    }

    /// Zero is explicitly unlimited and ends the search.
    @Test func zeroIsUnlimited() throws {
        let limit = RateLimit([try rule(1, "a@one.test", [.messages: 0]), try rule(2, "@.", [.messages: 1])])
        #expect(limit.bounds[.messages]?.isExceeded(by: .max) == false)
    }

    @Test(arguments: [(5, 5, false), (5, 6, true), (5, .max, true), (0, .max, false)] as [(Int64, Int64, Bool)])
    func exceeding(value: Int64, amount: Int64, isExceeded: Bool) throws {
        let bound = RateLimit.Bound(name: .quota, value: value, rule: try rule(1, "@.", [:]))
        #expect(bound.isExceeded(by: amount) == isExceeded)
    }

    @Test func nothingIsSet() throws {
        #expect(RateLimit([]).bounds.isEmpty)
        #expect(RateLimit([try rule(1, "@.", [.messages: -1, .quota: -5])]).bounds.isEmpty)
    }

    @Test func detailHasTheRulesInOrder() throws {
        let rules = [
            try rule(7, "a@one.test", [.quota: 5]), try rule(3, "@.", [.quota: 9, .messageSize: 10, .messages: 4]),
        ]
        #expect(
            RateLimit(rules, withDetail: true).detail
                == "id=7/max_quota=5 (bytes)/account=a@one.test; id=3/msg_size=10 (bytes)/account=@.; "
                + "id=3/max_msgs=4/account=@.; ")
    }
}
