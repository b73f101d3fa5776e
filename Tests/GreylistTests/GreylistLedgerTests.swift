import Testing

@testable import Greylist

@Suite struct GreylistLedgerTests {
    static let timing = GreylistDecisionTests.timing
    static let first = Triplet(client: "192.0.2.1", sender: "a@x.example", recipient: "b@y.example")
    static let second = Triplet(client: "192.0.2.1", sender: "c@x.example", recipient: "b@y.example")
    static let other = Triplet(client: "192.0.2.2", sender: "a@x.example", recipient: "b@y.example")

    @Test func attemptsOfOneBatchSeeEachOther() {
        var ledger = GreylistLedger(clients: [:], triplets: [:])
        #expect(ledger.decide(Self.first, timing: Self.timing, now: 0) == .first(retryIn: 900))
        #expect(ledger.decide(Self.first, timing: Self.timing, now: 0) == .tooSoon(retryIn: 900))
        #expect(ledger.changedTriplets == [Self.first])
        #expect(ledger.triplet(Self.first)?.blockedCount == 2)
    }

    @Test func passingClearsTheClientsTripletsAndNoOthers() {
        var ledger = GreylistLedger(
            clients: [:], triplets: [Self.first: GreylistDecisionTests.waiting])
        _ = ledger.decide(Self.second, timing: Self.timing, now: 900)
        _ = ledger.decide(Self.other, timing: Self.timing, now: 900)
        #expect(ledger.decide(Self.first, timing: Self.timing, now: 900) == .passed)
        #expect(ledger.decide(Self.second, timing: Self.timing, now: 900) == .known)
        #expect(ledger.passing == ["192.0.2.1": Self.first])
        #expect(ledger.changedClients == ["192.0.2.1"])
        #expect(ledger.changedTriplets == [Self.other])
    }

    @Test func knownClientChangesNothing() {
        var ledger = GreylistLedger(
            clients: ["192.0.2.1": PassedClient(initTime: 0, recordExpired: 2_592_000)], triplets: [:])
        #expect(ledger.decide(Self.first, timing: Self.timing, now: 100) == .known)
        #expect(ledger.changedClients.isEmpty)
        #expect(ledger.changedTriplets.isEmpty)
    }
}
