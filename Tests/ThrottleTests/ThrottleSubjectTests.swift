import Testing

@testable import Throttle

@Suite struct ThrottleSubjectTests {
    private func subjects(
        _ message: ThrottleMessage, trusted: Bool = false, _ change: (inout ThrottleMessage.Bypasses) -> Void = { _ in }
    ) -> [String] {
        var bypasses = ThrottleMessage.Bypasses()
        change(&bypasses)
        return message.subjects(bypassing: bypasses, isTrusted: trusted)
            .map { "\($0.kind.rawValue) \($0.account.key) \($0.messages)" }
    }

    @Test func kinds() {
        #expect(subjects(message()) == ["outbound a@one.test 1"])
        #expect(subjects(message(authenticated: false)) == ["external a@one.test 1", "inbound r@home.test 1"])
        for client in ["127.0.0.1", "::1"] {
            let local = message(client: client, authenticated: false)
            #expect(subjects(local) == ["outbound a@one.test 1", "inbound r@home.test 1"])
        }
    }

    @Test func recipientsOfAuthenticatedSenders() {
        #expect(
            subjects(message()) { $0.recipientsOfAuthenticated = false }
                == ["outbound a@one.test 1", "inbound r@home.test 1"])
    }

    @Test func trustedClients() {
        #expect(subjects(message(), trusted: true) == ["outbound a@one.test 1"])
        #expect(subjects(message(), trusted: true) { $0.trustedNetworks = true } == [])
        #expect(subjects(message(), trusted: false) { $0.trustedNetworks = true } == ["outbound a@one.test 1"])
    }

    @Test func theSameDomain() {
        #expect(subjects(message(to: ["b@one.test"])) == [])
        #expect(subjects(message(to: ["b@one.test", "c@one.test"])) == [])
        #expect(subjects(message(to: ["b@one.test"])) { $0.sameDomain = false } == ["outbound a@one.test 1"])
        #expect(subjects(message(to: ["b@sub.one.test"])) == ["outbound a@one.test 1"])
    }

    /// What must be true of all recipients needs all of them.
    @Test func theSameDomainOfSome() {
        let mixed = message(to: ["b@one.test", "r@home.test"], authenticated: false)
        #expect(subjects(mixed) == ["external a@one.test 2", "inbound r@home.test 1"])
        let partial = message(to: ["b@one.test"], all: false, count: 3, authenticated: false)
        #expect(subjects(partial) == ["external a@one.test 3", "inbound  3"])
    }

    /// An empty sender and an empty recipient are not of the same domain.
    @Test func bouncesToSeveralRecipients() {
        let bounce = message(from: "", to: [], all: false, count: 2, authenticated: false)
        #expect(subjects(bounce) == ["external  2", "inbound  2"])
    }

    @Test func eachRecipientIsOneMessage() {
        let several = message(to: ["r@home.test", "s@home.test"], authenticated: false)
        #expect(subjects(several) == ["external a@one.test 2", "inbound r@home.test 1", "inbound s@home.test 1"])
        let partial = message(to: ["r@home.test"], all: false, count: 9, authenticated: false)
        #expect(subjects(partial) == ["external a@one.test 9", "inbound r@home.test 1", "inbound  9"])
    }
}
