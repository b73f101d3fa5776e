import SQLStore
import Testing

@testable import Throttle

@Suite struct ThrottleVerdictTests {
    @Test(arguments: ThrottleVerdict.Outcome.allCases, ["", "sender throttle for max_msgs, 5+1/5, id=3 account=@."])
    func storedText(outcome: ThrottleVerdict.Outcome, reason: String) {
        let verdict = ThrottleVerdict(outcome: outcome, reason: reason)
        #expect(ThrottleVerdict(storedText: verdict.storedText) == verdict)
    }

    @Test func detailsAreNotStored() {
        let verdict = ThrottleVerdict(outcome: .quotaExceeded, reason: "why", details: ["long line"])
        #expect(verdict.storedText == "quota why")
    }

    @Test(arguments: ["", " ", "perhaps", "quotaexceeded x"])
    func otherTexts(text: String) {
        #expect(ThrottleVerdict(storedText: text) == nil)
    }
}
