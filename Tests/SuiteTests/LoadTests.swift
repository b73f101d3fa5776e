import Glibc
import SuiteFixture
import Testing

/// What a peer may send without end: the process lives, and its memory has a bound.
@Suite(.serialized) struct LoadTests {
    /// How much the process may grow, in KiB: a few buffers, not what was sent.
    private static let bound = 12 * 1_024

    private struct Subject {
        let suite: Suite
        let process: pid_t
        let before: Int

        init() throws {
            suite = try Suite()
            for number in 0..<20 { _ = suite.action(["protocol_state": "RCPT", "instance": "warm.\(number)"]) }
            process = try suite.runningProcess(of: "frontend")
            before = try #require(ProcessMemory.kibibytes(of: process))
        }

        /// The same process, no bigger, answers.
        func verify(bound: Int = LoadTests.bound) {
            #expect(suite.action(["protocol_state": "VRFY"]) == "DUNNO")
            #expect(suite.process(of: "frontend") == process)
            #expect(ProcessMemory.hasStayed(process, within: bound, above: before))
        }
    }

    @Test func anEndlessLine() throws {
        let subject = try Subject()
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        for address in [Socket.Address.tcp(subject.suite.policyPort), .unix(subject.suite.policySocket)] {
            let socket = try #require(Socket(address))
            var sent = 0
            while sent < 64, socket.send(piece) { sent += 1 }
            #expect(sent < 64, "64 MiB without a newline were taken")
            #expect(socket.receiveUntilClosed() == "")
        }
        #expect(eventually { subject.suite.logLines(with: "a line is longer than 65536 bytes").count == 2 })
        subject.verify()
    }

    /// 64 MiB of lines that never end a request.
    @Test func anEndlessRequest() throws {
        let subject = try Subject()
        let piece = Array(String(repeating: "a=\(String(repeating: "x", count: 4_000))\n", count: 256).utf8)
        let socket = try #require(Socket(.tcp(subject.suite.policyPort)))
        var sent = 0
        while sent < 64, socket.send(piece) { sent += 1 }
        #expect(sent < 64)
        #expect(eventually { subject.suite.logLines(with: "a message is longer than 1048576 bytes").count == 1 })
        subject.verify()
    }

    /// 64 MiB of short requests, each cut where a packet ends, so that there is always something left to be read.
    @Test func requestsCutInTheMiddle() throws {
        let subject = try Subject()
        let padding = String(repeating: "pad=\(String(repeating: "x", count: 60_000))\n", count: 4)
        let greylist = "\(subject.suite.runtimeDirectory)/greylist.sock"
        for (address, message) in [
            (Socket.Address.tcp(subject.suite.policyPort), "request=smtpd_access_policy\nprotocol_state=VRFY\n"),
            (.unix(greylist), "protocol=1\nid=1\nrequest=hello\n"),
        ] {
            let whole = Array((message + padding + "\n").utf8)
            let (first, second) = (whole.prefix(whole.count / 2), whole.dropFirst(whole.count / 2))
            let socket = try #require(Socket(address))
            #expect(socket.send(first))
            for _ in 0..<270 {
                #expect(socket.send(second + first))
                #expect(socket.receive(through: "\n\n") != nil)
            }
            if case .unix = address {
                let process = try subject.suite.runningProcess(of: "greylist")
                let memory = try #require(ProcessMemory.kibibytes(of: process))
                #expect(memory < 64 * 1_024 || ProcessMemory.hasStayed(process, within: 1, above: memory - 1))
            }
        }
        subject.verify()
    }

    /// More connections than there are descriptors: they wait, no processor is burnt, and it goes on when there are some.
    @Test func moreConnectionsThanDescriptors() throws {
        let suite = try Suite()
        for service in ["frontend", "greylist"] { #expect(suite.postern(["status", service]).status == 0) }
        let greylist = Socket.Address.unix("\(suite.runtimeDirectory)/greylist.sock")
        for (service, address) in [("frontend", Socket.Address.tcp(suite.policyPort)), ("greylist", greylist)] {
            let process = try suite.runningProcess(of: service)
            let limited = Command.run("/usr/bin/prlimit", ["--pid", "\(process)", "--nofile=48:"])
            try #require(limited.status == 0, "\(limited.output)")
            var sockets = (0..<80).compactMap { _ in Socket(address) }
            #expect(sockets.count == 80)
            func told() -> Int {
                suite.logLines(with: "connections cannot be accepted: ").count { $0.contains("postern/\(service)[") }
            }
            #expect(eventually { told() == 1 }, "\(service)")
            let before = ProcessMemory.processorTime(of: process)
            usleep(2_000_000)
            #expect(ProcessMemory.processorTime(of: process) - before < 0.5, "\(service)")
            #expect(told() == 1)
            sockets = []
            #expect(eventually { suite.action(["protocol_state": "VRFY"]) == "DUNNO" })
            #expect(eventually { suite.postern(["status", service]).status == 0 })
        }
    }

    @Test func endlessNetstrings() throws {
        let subject = try Subject()
        let query = "10000:" + String(repeating: "x", count: 10_000) + ","
        let socket = try #require(Socket(.unix(subject.suite.socketmap)))
        var sent = 0
        let piece = Array(String(repeating: query, count: 10).utf8)
        for _ in 0..<50 {
            guard socket.send(piece) else { break }
            for _ in 0..<10 { if socket.receiveNetstring()?.hasPrefix("PERM ") == true { sent += 1 } }
        }
        #expect(sent == 500)
        let other = try #require(Socket(.unix(subject.suite.socketmap)))
        other.send([UInt8](repeating: UInt8(ascii: "1"), count: 1 << 20))
        #expect(other.receiveUntilClosed() == "")
        subject.verify()
    }

    @Test func aThousandConnectionsAtOnce() throws {
        let subject = try Subject()
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        try #require(limit.rlim_cur > 1_200, "the test needs more open files")
        let sockets = try (0..<1_000).map { number in
            try #require(Socket(number % 2 == 0 ? .tcp(subject.suite.policyPort) : .unix(subject.suite.policySocket)))
        }
        let request = PolicyClient.request(["protocol_state": "VRFY"])
        for socket in sockets { socket.send(request) }
        let answers = sockets.compactMap { $0.receiveAction() }
        #expect(answers.count == 1_000)
        #expect(answers.allSatisfy { $0 == "DUNNO" })
        #expect(sockets.allSatisfy { $0.isQuiet(forMilliseconds: 0) })
        // A connection costs the buffers of NIO, some 20 KiB in this build.
        subject.verify(bound: 64 * 1_024)
    }

    /// Clients that ask and ask and fetch no reply: after some replies nothing more is read.
    @Test func readersThatTakeNothing() throws {
        let subject = try Subject()
        let piece = Array(String(repeating: PolicyClient.request(["protocol_state": "VRFY"]), count: 500).utf8)
        let sockets = try (0..<4).map { _ in try #require(Socket(.tcp(subject.suite.policyPort))) }
        let end = Moment.now + 6
        while Moment.now < end {
            let sent = sockets.map { $0.sendWhatFits(piece) ?? 0 }.reduce(0, +)
            if sent == 0 { usleep(5_000) }
        }
        subject.verify(bound: 32 * 1_024)
    }

    /// One reader that takes its replies byte by byte does not hold up the others.
    @Test func aSlowReader() throws {
        let subject = try Subject()
        let slow = try #require(Socket(.tcp(subject.suite.policyPort)))
        slow.send(String(repeating: PolicyClient.request(["protocol_state": "VRFY"]), count: 200))
        let start = Moment.now
        for _ in 0..<50 { #expect(subject.suite.action(["protocol_state": "VRFY"]) == "DUNNO") }
        #expect(Moment.now - start < 5)
        let answers = (0..<200).compactMap { _ in slow.receiveAction() }
        #expect(answers.count == 200)
        subject.verify()
    }
}
