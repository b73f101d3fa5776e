import Glibc
import SuiteFixture
import Testing

@testable import ServiceRuntime

@Suite(.timeLimit(.minutes(1))) struct SignalSourceTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func deliversSignalsOnTheEventLoop() throws {
        let probe = try #require(ProbeProcess(["signals", directory.path + "/output"]))
        #expect(eventually { contents(of: directory.path + "/output") == "ready\n" })
        let steps = [(SIGHUP, "hangUp"), (SIGINT, "interrupt"), (SIGHUP, "hangUp"), (SIGTERM, "terminate")]
        var wanted = "ready\n"
        for (number, name) in steps {
            // Ignored: it must neither end the process nor be delivered.
            probe.send(SIGPIPE)
            probe.send(number)
            wanted += name + "\n"
            #expect(eventually { contents(of: directory.path + "/output") == wanted })
        }
        #expect(probe.ended() == 0)
    }

    @Test func numbersAreThoseOfTheSystem() {
        for signal in ProcessSignal.allCases { #expect(ProcessSignal(number: signal.number) == signal) }
        #expect(ProcessSignal.allCases.map(\.number) == [SIGTERM, SIGINT, SIGHUP])
        #expect(ProcessSignal(number: SIGUSR1) == nil)
    }
}
