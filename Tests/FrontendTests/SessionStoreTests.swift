import NIOCore
import ServiceProtocol
import Testing

@testable import Frontend

@Suite struct SessionStoreTests {
    private static let start = MonotonicInstant(microseconds: 0)

    private static func session(_ recipient: String = "r@x.example") -> Session {
        var session = Session()
        session.recipients = [recipient]
        return session
    }

    private static func limits(_ change: (inout SessionStore.Limits) -> Void) -> SessionStore.Limits {
        var limits = SessionStore.Limits()
        change(&limits)
        return limits
    }

    private static func keep(
        _ store: inout SessionStore, _ name: String, _ session: Session = session(), ended: Bool = false,
        at seconds: Int = 0
    ) {
        let now = start.advanced(byMilliseconds: seconds * 1_000)
        store.keep(session, of: MessageInstance(ByteBuffer(string: name)), hasEnded: ended, now: now)
    }

    private static func has(_ store: SessionStore, _ name: String, at seconds: Int = 0) -> Bool {
        let now = start.advanced(byMilliseconds: seconds * 1_000)
        return !store.session(of: MessageInstance(ByteBuffer(string: name)), now: now).isEmpty
    }

    @Test func theShippedLimitsAreThoseOfTheDesign() {
        let limits = SessionStore.Limits()
        #expect(limits.sessions == 50_000)
        #expect(limits.bytes == 64 * 1_024 * 1_024)
        #expect(limits.idle == 3_600_000)
        #expect(limits.afterEnd == 60_000)
    }

    @Test func smallerLimitsHoldAtOnce() {
        var store = SessionStore()
        for name in ["a", "b", "c", "d"] { Self.keep(&store, name) }
        store.limits.sessions = 2
        #expect(store.count == 2)
        #expect(!Self.has(store, "a") && !Self.has(store, "b") && Self.has(store, "c") && Self.has(store, "d"))
        store.limits.bytes = store.bytes - 1
        #expect(store.count == 1)
        #expect(Self.has(store, "d"))
        store.limits = SessionStore.Limits()
        Self.keep(&store, "e")
        #expect(store.count == 2)
    }

    @Test func theOldestGoesFirst() {
        var store = SessionStore(limits: Self.limits { $0.sessions = 2 })
        Self.keep(&store, "a")
        Self.keep(&store, "b", at: 1)
        Self.keep(&store, "a", at: 2)
        Self.keep(&store, "c", at: 3)
        #expect(store.count == 2)
        #expect(!Self.has(store, "b", at: 3))
        #expect(Self.has(store, "a", at: 3))
        #expect(Self.has(store, "c", at: 3))
    }

    @Test(arguments: [(false, true), (true, false), (true, true)])
    func anEndedMessageIsAsOldAsItsLastRequest(endsFirst: Bool, endsSecond: Bool) {
        var store = SessionStore(limits: Self.limits { $0.sessions = 2 })
        Self.keep(&store, "a", ended: endsFirst)
        Self.keep(&store, "b", ended: endsSecond, at: 1)
        Self.keep(&store, "c", at: 2)
        #expect(!Self.has(store, "a", at: 2))
        #expect(Self.has(store, "b", at: 2))
        #expect(Self.has(store, "c", at: 2))
    }

    @Test func memoryIsBoundedToo() {
        let size = Self.session(String(repeating: "x", count: 1_000)).size
        var store = SessionStore(limits: Self.limits { $0.bytes = 3 * (size + 100) })
        for number in 0..<10 { Self.keep(&store, "i\(number)", Self.session(String(repeating: "x", count: 1_000))) }
        #expect(store.count == 3)
        #expect(Self.has(store, "i9"))
        #expect(!Self.has(store, "i6"))
        #expect(store.bytes <= 3 * (size + 100))
    }

    @Test func bytesAreGivenBack() {
        var store = SessionStore()
        Self.keep(&store, "a")
        let one = store.bytes
        #expect(one > 256)
        Self.keep(&store, "a", Self.session("a longer recipient@x.example"))
        #expect(store.bytes > one)
        Self.keep(&store, "a")
        #expect(store.bytes == one)
        Self.keep(&store, "b")
        Self.keep(&store, "b", Session())
        #expect(store.bytes == one)
        #expect(store.count == 1)
        store.forgetExpired(now: Self.start.advanced(byMilliseconds: 3_600_000))
        #expect(store.bytes == 0)
    }

    @Test(arguments: [(false, 3_600), (true, 60)])
    func itIsForgottenInTime(_ ended: Bool, _ seconds: Int) {
        var store = SessionStore()
        Self.keep(&store, "a", ended: ended, at: 10)
        #expect(Self.has(store, "a", at: 10 + seconds - 1))
        #expect(!Self.has(store, "a", at: 10 + seconds))
        store.forgetExpired(now: Self.start.advanced(byMilliseconds: (10 + seconds) * 1_000 - 1))
        #expect(store.count == 1)
        store.forgetExpired(now: Self.start.advanced(byMilliseconds: (10 + seconds) * 1_000))
        #expect(store.count == 0)
    }

    @Test func aRequestAfterTheEndKeepsItLonger() {
        var store = SessionStore()
        Self.keep(&store, "a", ended: true)
        Self.keep(&store, "a", at: 30)
        store.forgetExpired(now: Self.start.advanced(byMilliseconds: 61_000))
        #expect(Self.has(store, "a", at: 61))
    }

    @Test func withoutInstanceNothingIsKept() {
        var store = SessionStore()
        Self.keep(&store, "")
        #expect(store.count == 0)
        #expect(!Self.has(store, ""))
    }

    @Test func manyRequestsOfOneMessageStaySmall() {
        var store = SessionStore()
        for number in 0..<10_000 { Self.keep(&store, "a", at: number / 100) }
        #expect(store.count == 1)
        #expect(Self.has(store, "a", at: 100))
    }
}
