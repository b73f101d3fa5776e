import SuiteFixture
import Testing

/// Streams that stopped or misled other policy servers. Each ends as the protocol's description says, and the process
/// serves on.
@Suite(.serialized) struct FramingTests {
    enum Outcome {
        /// Answered, and the connection stays open.
        case answers([String])
        /// Closed without a reply; the log says why.
        case closed(String)
    }

    struct Case {
        var bytes: [UInt8]
        var outcome: Outcome

        init(_ text: String, _ outcome: Outcome) {
            self.init(Array(text.utf8), outcome)
        }

        init(_ bytes: [UInt8], _ outcome: Outcome) {
            self.bytes = bytes
            self.outcome = outcome
        }
    }

    /// The state decides, so that an answer shows what was read of the request.
    private static let policy = """
          policies:
            default:
              RCPT: [{ check: score-action, threshold: 0, action: REJECT rcpt }]
              DATA: [{ check: score-action, threshold: 0, action: REJECT data }]
        """
    private static let name = "request=smtpd_access_policy\n"
    private static let rcpt = "REJECT rcpt"

    private static let policyCases: [Case] = [
        Case("\n", .answers(["DUNNO"])),
        Case("\r\n", .answers(["DUNNO"])),
        Case("\(name)\n", .answers(["DUNNO"])),
        Case("\(name)protocol_state=\n\n", .answers(["DUNNO"])),
        Case("\(name)protocol_state=NONSENSE\n\n", .answers(["DUNNO"])),
        Case("\(name)no equals sign\nprotocol_state=RCPT\n\n", .answers([rcpt])),
        Case("\(name)=no name\nprotocol_state=RCPT\n\n", .answers([rcpt])),
        Case("\(name)protocol_state=RCPT\nsender=a=b=c@example.net\n\n", .answers([rcpt])),
        Case("\(name)protocol_state=DATA\nprotocol_state=RCPT\n\n", .answers([rcpt])),
        Case("\(name)protocol_state=RCPT\nunheard_of=1\n\n", .answers([rcpt])),
        Case("request=smtpd_access_policy\r\nprotocol_state=RCPT\r\n\r\n", .answers([rcpt])),
        Case("protocol_state=RCPT\n\(name)\n", .answers([rcpt])),
        Case(
            "\(name)protocol_state=RCPT\n\n\n\(name)protocol_state=DATA\n\n", .answers([rcpt, "DUNNO", "REJECT data"])),
        Case(Array("\(name)protocol_state=RCPT\nsender=".utf8) + [0xff, 0xfe, 0x40, 10, 10], .answers([rcpt])),
        Case("\(name)protocol_state=RCPT\nsender=a\0b@example.net\n\n", .answers([rcpt])),
        // Ours alone, and ignored from a stranger: `%` has no meaning and `protocol=1` is no attribute of Postfix.
        Case("\(name)protocol_state=R%43PT\n\n", .answers(["DUNNO"])),
        Case("protocol=1\nid=5\nkey=00\n\(name)protocol_state=RCPT\n\n", .answers([rcpt])),
        Case("protocol_state=RCPT\n\n", .closed("the attribute \"request\" is missing")),
        Case("request=\nprotocol_state=RCPT\n\n", .closed("the attribute \"request\" is missing")),
        Case("GET / HTTP/1.1\r\nHost: x\r\n\r\n", .closed("the attribute \"request\" is missing")),
        Case("request=junkd_access_policy\n\n", .closed("unknown request \"junkd_access_policy\"")),
        Case("request=junk\u{1b}[2J\n\n", .closed("unknown request \"junk\\u{1B}[2J\"")),
        Case(
            "\(name)sender=\(String(repeating: "x", count: 65_536))\n\n", .closed("a line is longer than 65536 bytes")),
        Case("\(name)sender=\(String(repeating: "x", count: 65_537))", .closed("a line is longer than 65536 bytes")),
        Case(name + String(repeating: "a=\n", count: 1_000) + "\n", .closed("a message has more than 1000 attributes")),
        Case(
            name + String(repeating: "a=\(String(repeating: "x", count: 60_000))\n", count: 18) + "\n",
            .closed("a message is longer than 1048576 bytes")),
    ]

    @Test func policyStreams() throws {
        let suite = try Suite(frontend: Self.policy)
        try Self.verify(Self.policyCases, at: .tcp(suite.policyPort), suite) { $0.receiveAction() }
        try Self.verify(Self.policyCases, at: .unix(suite.policySocket), suite) { $0.receiveAction() }
    }

    private static let socketmapCases: [Case] = [
        Case("9:nosuchmap,", .answers(["PERM a query is a map's name, a space and a key"])),
        Case("11:nosuchmap a,", .answers(["PERM there is no map nosuchmap"])),
        Case("-5:a b c,", .closed("a netstring does not start with a length")),
        Case(":,", .closed("a netstring does not start with a length")),
        Case("five:a b c,", .closed("a netstring does not start with a length")),
        Case("05:a b c,", .closed("a netstring does not start with a length")),
        Case(" 5:a b c,", .closed("a netstring does not start with a length")),
        Case("10001:", .closed("a netstring is longer than 10000 bytes")),
        Case("99999999999999999999999999:x,", .closed("a netstring is longer than 10000 bytes")),
        Case("5:a b c;", .closed("a netstring does not end with a comma")),
        Case("3:a b c,", .closed("a netstring does not end with a comma")),
    ]

    @Test func socketmapStreams() throws {
        let suite = try Suite()
        try Self.verify(Self.socketmapCases, at: .unix(suite.socketmap), suite) { $0.receiveNetstring() }
    }

    private static let tcpTableCases: [Case] = [
        Case("\n", .answers(["500 Unexpected%20input:%20\n"])),
        Case("put a b\n", .answers(["500 Unexpected%20input:%20put%20a%20b\n"])),
        Case("get a%00b@example.net\n", .answers(["500 Unexpected%20input:%20get%20a%2500b@example.net\n"])),
        Case(String(repeating: "x", count: 4_097), .closed("a line is longer than 4096 bytes")),
    ]

    @Test func tcpTableStreams() throws {
        let suite = try Suite()
        for port in [suite.forwardPort, suite.reversePort] {
            try Self.verify(Self.tcpTableCases, at: .tcp(port), suite) { $0.receive(through: "\n") }
        }
    }

    /// smtpd is killed at any moment: before its request is whole, before its reply, with a reset or without.
    @Test func clientsThatVanish() throws {
        let suite = try Suite()
        #expect(suite.action(["protocol_state": "RCPT"]) != nil)
        let process = try suite.runningProcess(of: "frontend")
        let request = PolicyClient.request([
            "protocol_state": "RCPT", "client_address": "192.0.2.7", "sender": "a@example.net",
            "recipient": "b@example.com",
        ])
        let bytes = Array(request.utf8)
        for length in stride(from: 1, through: bytes.count, by: 5) + [bytes.count] {
            for isReset in [true, false] {
                let socket = try #require(Socket(.tcp(suite.policyPort)))
                socket.send(bytes[..<length])
                if isReset { socket.reset() } else { socket.close() }
            }
        }
        #expect(suite.action(["protocol_state": "RCPT"]) == "DUNNO")
        #expect(suite.process(of: "frontend") == process)
        #expect(suite.logLines(with: "connection closed").allSatisfy { !$0.contains("half a request") })
    }

    /// A packet full of small requests whose answers need nobody.
    @Test func manySmallRequestsInOneWrite() throws {
        let suite = try Suite()
        let process = try Self.asked(suite)
        let socket = try #require(Socket(.tcp(suite.policyPort)))
        let count = 5_000
        socket.send(String(repeating: "\(Self.name)\n", count: count))
        for _ in 0..<count where socket.receiveAction() != "DUNNO" {
            Issue.record("an answer is missing")
            break
        }
        #expect(socket.isQuiet(forMilliseconds: 50))
        #expect(suite.process(of: "frontend") == process)
    }

    private static func asked(_ suite: Suite) throws -> Int32 {
        #expect(suite.action(["protocol_state": "VRFY"]) == "DUNNO")
        return try suite.runningProcess(of: "frontend")
    }

    private static func verify(
        _ cases: [Case], at address: Socket.Address, _ suite: Suite, _ receive: (Socket) -> String?
    ) throws {
        let process = try asked(suite)
        for test in cases {
            let shown = String(decoding: test.bytes.prefix(80), as: UTF8.self).debugDescription
            let socket = try #require(Socket(address, timeout: 10))
            switch test.outcome {
            case .answers(let expected):
                socket.send(test.bytes)
                #expect(expected.indices.map { _ in receive(socket) } == expected, "\(shown)")
                #expect(socket.isQuiet(forMilliseconds: 5), "\(shown)")
            case .closed(let reason):
                let line = "connection closed: \(reason)"
                let before = suite.logLines(with: line).count
                socket.send(test.bytes)
                #expect(socket.receiveUntilClosed() == "", "\(shown)")
                #expect(eventually { suite.logLines(with: line).count == before + 1 }, "\(shown): \(reason)")
            }
        }
        #expect(suite.process(of: "frontend") == process)
        #expect(try asked(suite) == process)
    }
}
