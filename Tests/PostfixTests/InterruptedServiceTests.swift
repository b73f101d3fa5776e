import Glibc
import SuiteFixture
import Synchronization
import Testing

extension WithPostfix {
    @Suite struct InterruptedServiceTests {
        @Test func noMailIsRefusedOrLostWhenTheFrontendIsRestarted() throws {
            let signals = [SIGTERM, SIGTERM, SIGKILL, SIGTERM, SIGTERM]
            try verify(MailLoad(messages: 2_000, connections: 8), "frontend", signals)
        }

        @Test(arguments: ["directory", "greylist", "srs", "throttle"])
        func noMailIsRefusedOrLostWhenAServiceIsKilled(service: String) throws {
            try verify(MailLoad(messages: 300, connections: 4), service, [SIGKILL, SIGKILL])
        }

        private func verify(_ load: MailLoad, _ service: String, _ signals: [CInt]) throws {
            let system = try MailSystem(tables: .socketmap)
            try system.limit("@.", kind: "outbound", messages: 1_000_000)
            let restarts = Atomic(0)
            load.run(through: system) {
                for (index, signal) in signals.enumerated() {
                    guard load.reaches(load.messages * (index + 1) / (signals.count + 2)) else { return }
                    if Self.restart(service, of: system.suite, by: signal) { restarts.add(1, ordering: .relaxed) }
                }
            }
            #expect(restarts.load(ordering: .relaxed) == signals.count)
            #expect(load.refusals.isEmpty, "\(load.refusals.prefix(3))")
            eventually(within: 60) { system.sink.count >= load.messages }
            let arrived = system.sink.messages
            #expect(arrived.map(\.subject).sorted() == load.subjects.sorted())
            #expect(system.counted == load.authenticated)
            let rewritten = arrived.count { $0.sender.hasPrefix("SRS0=") }
            #expect(rewritten == load.messages - load.authenticated)
        }

        /// Returns whether another process took the place of the one that got the signal.
        private static func restart(_ service: String, of suite: SuiteFixture.Suite, by signal: CInt) -> Bool {
            guard let old = suite.process(of: service), kill(old, signal) == 0 else { return false }
            return eventually(within: 20) { suite.process(of: service).map { $0 != old } ?? false }
        }
    }
}
