import SQLStore
import Testing

@testable import Greylist

@Suite struct GreylistDecisionTests {
    static let timing = GreylistTiming(
        blockFor: 900, unauthTripletExpires: 172_800, authTripletExpires: 2_592_000)
    static let waiting = WaitingTriplet(initTime: 0, blockExpired: 900, recordExpired: 172_800, blockedCount: 1)

    @Test(
        arguments: [
            (60, .tooSoon(retryIn: 840)), (899, .tooSoon(retryIn: 1)), (900, .passed), (172_800, .passed),
            (172_801, .expired(retryIn: 900)), (-1, .expired(retryIn: 900)), (-10_000_000, .expired(retryIn: 900)),
        ] as [(Int, GreylistDecision)])
    func waitingTriplet(now: Int, expected: GreylistDecision) {
        #expect(Self.timing.decide(client: nil, triplet: Self.waiting, now: now).decision == expected)
    }

    @Test func firstAttemptIsStored() {
        let step = Self.timing.decide(client: nil, triplet: nil, now: 1000)
        #expect(step.decision == .first(retryIn: 900))
        #expect(
            step.triplet
                == WaitingTriplet(initTime: 1000, blockExpired: 1900, recordExpired: 173_800, blockedCount: 1))
        #expect(step.client == nil)
    }

    @Test func retryTooSoonOnlyCounts() {
        let step = Self.timing.decide(client: nil, triplet: Self.waiting, now: 60)
        var expected = Self.waiting
        expected.blockedCount = 2
        #expect(step.triplet == expected)
    }

    @Test func countDoesNotOverflow() {
        var full = Self.waiting
        full.blockedCount = .max
        #expect(Self.timing.decide(client: nil, triplet: full, now: 60).triplet?.blockedCount == .max)
    }

    @Test func expiredTripletBeginsAnew() {
        let step = Self.timing.decide(client: nil, triplet: Self.waiting, now: 200_000)
        #expect(
            step.triplet
                == WaitingTriplet(initTime: 200_000, blockExpired: 200_900, recordExpired: 372_800, blockedCount: 1))
    }

    @Test func passingClearsWhatWaits() {
        let step = Self.timing.decide(client: nil, triplet: Self.waiting, now: 900)
        #expect(step.client == PassedClient(initTime: 900, recordExpired: 900 + 2_592_000))
        #expect(step.triplet == nil)
        #expect(step.clearsWaiting)
    }

    /// A row written by a clock that ran ahead must not block for longer than a new one.
    @Test func futureTripletBeginsAnew() {
        let future = WaitingTriplet(
            initTime: 9_000_000, blockExpired: 9_000_900, recordExpired: 9_172_800, blockedCount: 7)
        let step = Self.timing.decide(client: nil, triplet: future, now: 1000)
        #expect(step.decision == .expired(retryIn: 900))
        #expect(Self.timing.decide(client: nil, triplet: step.triplet, now: 1900).decision == .passed)
    }

    @Test func knownClientOutlivesItsTimeExactly() {
        let client = PassedClient(initTime: 0, recordExpired: 5000)
        #expect(Self.timing.decide(client: client, triplet: nil, now: 5000).decision == .known)
        #expect(Self.timing.decide(client: client, triplet: nil, now: 5001).decision == .first(retryIn: 900))
    }

    /// A known client costs no write until a day of its time has gone.
    @Test(arguments: [(0, false), (86_400, false), (86_401, true), (2_592_000, true), (2_592_001, false)])
    func renewal(age: Int, expected: Bool) {
        let client = PassedClient(initTime: 0, recordExpired: 2_592_000)
        #expect(Self.timing.needsRenewal(client, now: age) == expected)
        let after = Self.timing.decide(client: client, triplet: nil, now: age).client
        #expect((after?.recordExpired == age + 2_592_000) == (expected || age == 0))
    }

    @Test func shortTimesAreRenewedAtHalf() {
        let timing = GreylistTiming(blockFor: 0, unauthTripletExpires: 60, authTripletExpires: 3600)
        let client = PassedClient(initTime: 0, recordExpired: 3600)
        #expect(!timing.needsRenewal(client, now: 1800))
        #expect(timing.needsRenewal(client, now: 1801))
    }

    /// A time that ends later than a new one would is not shortened by mail; that is the cleaning's work.
    @Test func farFutureClientIsKnownAndNotWritten() {
        let client = PassedClient(initTime: 0, recordExpired: .max)
        #expect(Self.timing.decide(client: client, triplet: nil, now: 1000).client == client)
        #expect(Self.timing.decide(client: client, triplet: nil, now: 1000).decision == .known)
    }

    @Test(
        arguments: [.known, .passed, .first(retryIn: 900), .expired(retryIn: 0), .tooSoon(retryIn: 1)]
            as [GreylistDecision])
    func storedText(_ decision: GreylistDecision) {
        #expect(GreylistDecision(storedText: decision.storedText) == decision)
    }

    @Test(arguments: ["", "first", "first x", "known 1", "first 1 2", "later 3"])
    func storedTextOfNothing(_ text: String) {
        #expect(GreylistDecision(storedText: text) == nil)
    }

    @Test func lengthsAreHeldInRange() {
        let timing = GreylistTiming(blockFor: -1, unauthTripletExpires: .max, authTripletExpires: .min)
        #expect(timing.blockFor == 0)
        #expect(timing.unauthTripletExpires == 315_360_000)
        #expect(timing.authTripletExpires == 0)
    }
}
