import Glibc
import SuiteFixture
import Testing

/// `postern run`: the processes it starts, the signals it takes, and what is left when it ends.
@Suite(.serialized) struct RunTests {
    private static let names = ["frontend", "directory", "greylist", "throttle", "srs", "reputation"]

    private static func mail(_ account: Int, _ number: Int) -> String {
        PolicyClient.request([
            "protocol_state": "END-OF-MESSAGE", "client_address": "192.0.2.1", "sender": "u\(account)@example.com",
            "sasl_username": "u\(account)@example.com", "recipient": "b@example.net", "recipient_count": "1",
            "size": "1", "instance": "run.\(account).\(number)",
        ])
    }

    /// Starts every service.
    private static func wake(_ suite: Suite) throws -> [String: pid_t] {
        for name in names { #expect(suite.postern(["status", name]).status == 0) }
        let processes = suite.processes(of: names)
        try #require(processes.count == names.count)
        return processes
    }

    private static func allEnded(_ processes: [String: pid_t]) -> Bool {
        processes.values.allSatisfy { kill($0, 0) != 0 && errno == ESRCH }
    }

    @Test func twoInstancesOfAService() throws {
        let suite = try Suite(
            frontend: """
                  services:
                    throttle: { endpoints: ["unix:throttle.sock", "unix:throttle2.sock"] }
                """)
        suite.postern(["throttle", "set", "--account", "@.", "--period", "86400", "--max-msgs", "3"])
        let client = PolicyClient(.tcp(suite.policyPort), tries: 1)
        for account in 0..<40 {
            for number in 0..<4 {
                let expected = number < 3 ? "DUNNO" : "REJECT Throttling quota exceeded"
                #expect(client.ask(Self.mail(account, number)) == expected)
            }
        }
        let processes = suite.processes(of: ["throttle", "throttle@2"])
        #expect(processes.count == 2)
        #expect(
            suite.query("throttle", "SELECT count(*), sum(cur_msgs) FROM postern_throttle_tracking") == [["40", "120"]])
        #expect(suite.postern(["status"]).output.contains("throttle    2/2"))
        // Either alone does the other's work.
        #expect(suite.killNine("throttle@2"))
        for account in 40..<60 { #expect(client.ask(Self.mail(account, 0)) == "DUNNO") }
    }

    @Test func hangUpReloads() throws {
        let suite = try Suite(services: "throttle: { quota-message: First }\n")
        suite.postern(["throttle", "set", "--account", "@.", "--period", "86400", "--max-msgs", "0", "--msg-size", "1"])
        let before = try Self.wake(suite)
        let socket = try #require(Socket(.tcp(suite.policyPort), timeout: 10))
        func ask(_ number: Int) -> String? {
            socket.send(Self.mail(1, number).replacing("size=1\n", with: "size=5\n"))
            return socket.receiveAction()
        }
        #expect(ask(0) == "REJECT Message size is too large")
        try suite.rewriteConfiguration { $0.replacing("quota-message: First", with: "size-message: Second") }
        suite.signal(SIGHUP)
        var number = 1
        #expect(
            eventually {
                number += 1
                return ask(number) == "REJECT Second"
            })
        #expect(suite.processes(of: Self.names) == before)
    }

    @Test func hangUpWithABrokenFileChangesNothing() throws {
        let suite = try Suite(services: "greylist: { block-for: 1h }\n")
        let before = try Self.wake(suite)
        try suite.rewriteConfiguration { $0.replacing("block-for: 1h", with: "block-for: 1y") }
        suite.signal(SIGHUP)
        let fault = "greylist.block-for: expected a duration"
        #expect(eventually { !suite.logLines(with: fault).isEmpty })
        #expect(suite.processes(of: Self.names) == before)
        let answer = suite.action([
            "protocol_state": "RCPT", "client_address": "192.0.2.1", "sender": "a@example.net",
            "recipient": "b@example.com",
        ])
        #expect(answer?.hasPrefix("451 ") == true)
    }

    @Test(arguments: [SIGTERM, SIGINT]) func endsEverything(signal: CInt) throws {
        let suite = try Suite()
        let processes = try Self.wake(suite)
        let idle = try #require(Socket(.tcp(suite.policyPort), timeout: 10))
        idle.send(PolicyClient.request(["protocol_state": "VRFY"]))
        #expect(idle.receiveAction() == "DUNNO")
        let start = Moment.now
        #expect(suite.end(with: signal) == 0)
        #expect(Moment.now - start < 5)
        #expect(Self.allEnded(processes))
        #expect(idle.receiveUntilClosed() == "")
        #expect(Socket(.tcp(suite.policyPort)) == nil)
        let left = Command.run("/bin/ls", [suite.runtimeDirectory]).output
        #expect(left.isEmpty, "\(left)")
        for name in Self.names {
            #expect(!suite.logLines(with: "\(name): process \(processes[name] ?? 0) exited with status 0").isEmpty)
        }
    }

    /// A frozen service cannot be asked to end, and is not waited for without end.
    @Test func endsAFrozenService() throws {
        let suite = try Suite()
        let processes = try Self.wake(suite)
        #expect(suite.send(SIGSTOP, to: "greylist"))
        let start = Moment.now
        #expect(suite.end(with: SIGTERM) == 0)
        #expect(Moment.now - start < 15)
        #expect(Self.allEnded(processes))
        #expect(!suite.logLines(with: "greylist: still running after 10000 ms").isEmpty)
    }

    /// kill -9 of the supervisor: no service outlives it and keeps the sockets.
    @Test func servicesEndWithAKilledSupervisor() throws {
        let suite = try Suite()
        let processes = try Self.wake(suite)
        #expect(suite.end(with: SIGKILL) == 128 + SIGKILL)
        #expect(eventually { Self.allEnded(processes) })
        // What it left behind does not hinder the next.
        let process = try Command.start(
            "\(Suite.binaries)/postern", ["run", "--config", suite.configurationPath], log: suite.logPath)
        #expect(eventually { suite.action(["protocol_state": "VRFY"]) == "DUNNO" })
        kill(process, SIGTERM)
        #expect(Command.wait(for: process) == 0)
    }

    @Test func aSecondOneSaysWhichAddressIsInUse() throws {
        let suite = try Suite()
        let same = suite.postern(["run"])
        #expect(same.status == EX_UNAVAILABLE)
        #expect(
            same.output == "cannot listen on unix:\(suite.runtimeDirectory)/directory.sock: the address is in use\n")
        let elsewhere = try TemporaryDirectory()
        let other = suite.postern(["run", "--runtime-dir", elsewhere.path, "--state-dir", elsewhere.path])
        #expect(other.status == EX_UNAVAILABLE)
        #expect(other.output.contains("cannot listen on 127.0.0.1:\(suite.policyPort): the address is in use"))
        #expect(suite.action(["protocol_state": "VRFY"]) == "DUNNO")
        #expect(suite.postern(["status"]).status == 0)
    }

    /// A service that ends is started again, and the log tells.
    @Test func aKilledServiceComesBack() throws {
        let suite = try Suite()
        let before = try Self.wake(suite)
        for name in Self.names { #expect(suite.killNine(name)) }
        // Until the supervisor has noticed, the old processes are still on record.
        let isBack = eventually {
            let now = suite.processes(of: Self.names)
            return now.count == Self.names.count && Self.names.allSatisfy { now[$0] != before[$0] }
        }
        #expect(isBack)
        for name in Self.names {
            #expect(!suite.logLines(with: "\(name): process \(before[name] ?? 0) was killed by signal 9").isEmpty)
        }
        #expect(suite.action(["protocol_state": "VRFY"]) == "DUNNO")
    }
}
