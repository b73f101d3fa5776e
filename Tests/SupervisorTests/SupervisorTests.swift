import Glibc
import ServiceProtocol
import SuiteFixture
import Testing

@testable import Supervisor

@Suite(.serialized, .timeLimit(.minutes(2))) struct SupervisorTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private var log: String { contents(of: directory.path + "/log") }

    private func address(_ name: String) -> SocketAddressText { .unix(path: "\(directory.path)/\(name).sock") }

    private func supervise(_ services: String..., stopLimit: Int = 10_000) throws -> ProbeProcess {
        let supervisor = try #require(ProbeProcess(["supervise", directory.path, "\(stopLimit)"] + services))
        let last = services.last?.split(separator: "|").first ?? ""
        #expect(eventually { log.contains("\(last): listening") })
        return supervisor
    }

    private func service(_ name: String, _ words: String = "") -> String { "\(name)|\(address(name))|\(words)" }

    private func recordedProcess(_ name: String) -> pid_t? {
        contents(of: directory.path + "/\(name).pid").split(separator: "\n").first.flatMap { pid_t($0) }
    }

    private func isAlive(_ process: pid_t) -> Bool { kill(process, 0) == 0 }

    @Test func startsAServiceAtItsFirstConnection() throws {
        let supervisor = try supervise("a|\(address("a")),\(address("b"))|", service("c"))
        #expect(recordedProcess("a") == nil)
        let reply = try #require(Client.ask("p", at: address("a")))
        #expect(reply.split(separator: " ").last == "s0:s1")
        let process = try #require(recordedProcess("a"))
        #expect(reply.hasPrefix("\(process) "))
        #expect(recordedProcess("c") == nil)
        withExtendedLifetime(supervisor) {}
    }

    @Test func startsAtOnceWhatIsMarked() throws {
        let supervisor = try supervise(service("a", "now"))
        #expect(eventually { recordedProcess("a") != nil })
        withExtendedLifetime(supervisor) {}
    }

    @Test func refusesNobodyAcrossTwentyKills() throws {
        let supervisor = try supervise(service("a"))
        var seen: Set<pid_t> = []
        for _ in 0..<20 {
            let process = try #require(Client.process(at: address("a")), "a connection was refused")
            seen.insert(process)
            kill(process, SIGKILL)
            // While it is down.
            #expect(Client.ask("p", at: address("a"), awaitingReply: false) != nil)
        }
        #expect(seen.count == 20)
        #expect(Client.process(at: address("a")) != nil)
        withExtendedLifetime(supervisor) {}
    }

    @Test func restartsACrashWithoutBeingAsked() throws {
        let supervisor = try supervise(service("a"))
        let process = try #require(Client.process(at: address("a")))
        _ = Client.ask("c", at: address("a"))
        #expect(eventually { recordedProcess("a").map { $0 != process } ?? false })
        #expect(log.contains("process \(process) exited with status 3"))
        withExtendedLifetime(supervisor) {}
    }

    @Test func waitsForAConnectionAfterACleanEnd() throws {
        let supervisor = try supervise(service("a"))
        let process = try #require(Client.process(at: address("a")))
        _ = Client.ask("q", at: address("a"))
        #expect(eventually { log.contains("waiting for a connection") })
        #expect(recordedProcess("a") == nil)
        let next = try #require(Client.process(at: address("a")))
        #expect(next != process)
        withExtendedLifetime(supervisor) {}
    }

    @Test func passesHangUpsOn() throws {
        let supervisor = try supervise(service("a"), service("b"))
        for name in ["a", "b"] { #expect(Client.ask("h", at: address(name)) == "0") }
        supervisor.send(SIGHUP)
        for name in ["a", "b"] { #expect(eventually { Client.ask("h", at: address(name)) == "1" }) }
    }

    @Test(arguments: [SIGTERM, SIGINT]) func endsEverythingInOrder(signal: Int32) throws {
        let supervisor = try supervise(service("a"), service("b"))
        let process = try #require(Client.process(at: address("a")))
        supervisor.send(signal)
        #expect(supervisor.ended() == 0)
        #expect(!isAlive(process))
        let log = self.log
        #expect(log.contains("ending\na: process \(process) exited with status 0\n"))
        #expect(!log.contains("killing"))
        #expect(FileIdentity(path: "\(directory.path)/a.sock") == nil)
        #expect(FileIdentity(path: "\(directory.path)/b.sock") == nil)
        #expect(recordedProcess("a") == nil)
    }

    @Test func killsWhatDoesNotEnd() throws {
        let supervisor = try supervise(service("a", "stubborn"), service("b"), stopLimit: 200)
        let stubborn = try #require(Client.process(at: address("a")))
        let docile = try #require(Client.process(at: address("b")))
        supervisor.send(SIGTERM)
        #expect(supervisor.ended() == 0)
        #expect(!isAlive(stubborn) && !isAlive(docile))
        let log = self.log
        #expect(log.contains("b: process \(docile) exited with status 0"))
        #expect(log.contains("a: still running after 200 ms, killing process \(stubborn)"))
    }

    @Test func itsServicesDieWithIt() throws {
        let supervisor = try supervise(service("a", "stubborn"))
        let process = try #require(Client.process(at: address("a")))
        supervisor.send(SIGKILL)
        #expect(supervisor.ended() != nil)
        #expect(eventually { !isAlive(process) || isZombie(process) })
        let next = try supervise(service("a"))
        #expect(Client.process(at: address("a")) != process)
        withExtendedLifetime(next) {}
    }

    @Test func saysWhichAddressIsInUse() throws {
        let first = try supervise(service("a"))
        let second = try #require(ProbeProcess(["supervise", directory.path, "1000", service("a")]))
        #expect(second.ended().map { ($0 >> 8) & 0xff } == 69)
        let wanted = "error: cannot listen on \(address("a")): the address is in use"
        #expect(log.contains(wanted))
        #expect(Client.process(at: address("a")) != nil)
        withExtendedLifetime(first) {}
    }

    @Test func goesOnTryingAProgramThatIsMissing() throws {
        let supervisor = try supervise(service("b", "missing now"), service("a"))
        let line = "b: cannot start /nonexistent/program: No such file or directory, trying again in 50 ms"
        #expect(eventually { self.log.split(separator: "\n").filter { $0 == line }.count >= 3 })
        #expect(Client.process(at: address("a")) != nil)
        withExtendedLifetime(supervisor) {}
    }

    /// An orphan stays one where the first process does not collect it.
    private func isZombie(_ process: pid_t) -> Bool {
        contents(of: "/proc/\(process)/stat").contains(") Z ")
    }
}
