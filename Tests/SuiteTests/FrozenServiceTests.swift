import Glibc
import SuiteFixture
import Testing

/// A service that hangs: mail goes on by the failure rules, and nothing is counted that was answered without it.
@Suite(.serialized) struct FrozenServiceTests {
    /// What a request may take beyond its check's limit, in seconds.
    private static let margin = 1.0

    private static func mail(_ number: Int) -> String {
        PolicyClient.request([
            "protocol_state": "END-OF-MESSAGE", "client_address": "192.0.2.1", "sender": "a@example.com",
            "sasl_username": "a@example.com", "recipient": "b@example.net", "recipient_count": "1", "size": "1",
            "instance": "frozen.\(number)",
        ])
    }

    @Test(arguments: [("dunno", "DUNNO"), ("defer", "DEFER_IF_PERMIT 4.3.5 Service temporarily unavailable")])
    func throttleFreezes(rule: String, expected: String) throws {
        let suite = try Suite(
            frontend: """
                  policies:
                    default:
                      END-OF-MESSAGE: [{ check: throttle, on-failure: \(rule), limit: 500ms }]
                """)
        suite.postern(["throttle", "set", "--account", "@.", "--period", "86400", "--max-msgs", "1000"])
        let client = PolicyClient(.tcp(suite.policyPort), tries: 1)
        for number in 0..<5 { #expect(client.ask(Self.mail(number)) == "DUNNO") }
        let process = try suite.runningProcess(of: "throttle")

        #expect(suite.send(SIGSTOP, to: "throttle"))
        askWhileFrozen(suite, messages: 100..<140, expected)
        // The breaker makes it quicker than one limit for each of a sequence of requests.
        let start = Moment.now
        for number in 140..<150 { #expect(client.ask(Self.mail(number)) == expected) }
        #expect(Moment.now - start < 4)
        let opened = "throttle failed 16 times in a row and is left alone"
        #expect(eventually { !suite.logLines(with: opened).isEmpty })
        #expect(eventually { suite.logLines(with: "failed=throttle").count == 50 })

        #expect(suite.send(SIGCONT, to: "throttle"))
        #expect(suite.process(of: "throttle") == process)
        let woken = Moment.now
        #expect(eventually(within: 5) { client.ask(Self.mail(1_000)) == "DUNNO" && Self.isCounted(1, in: suite) })
        #expect(Moment.now - woken < 5)
        #expect(eventually { !suite.logLines(with: "throttle answers again").isEmpty })

        // What was asked while it slept stays uncounted, also a while after it has read it.
        for number in 2_000..<2_005 { #expect(client.ask(Self.mail(number)) == "DUNNO") }
        #expect(suite.query("throttle", "SELECT cur_msgs FROM postern_throttle_tracking") == [["11"]])
    }

    /// Five messages before, and `more` after the freeze.
    private static func isCounted(_ more: Int, in suite: Suite) -> Bool {
        suite.query("throttle", "SELECT cur_msgs FROM postern_throttle_tracking") == [["\(5 + more)"]]
    }

    private func askWhileFrozen(_ suite: Suite, messages: Range<Int>, _ expected: String) {
        let lanes = 8
        inParallel(lanes) { lane in
            let client = PolicyClient(.tcp(suite.policyPort), tries: 1)
            for number in messages where number % lanes == lane {
                let start = Moment.now
                #expect(client.ask(Self.mail(number)) == expected)
                #expect(Moment.now - start < 0.5 + Self.margin)
            }
        }
    }

    /// Greylisting that hangs lets mail pass, and remembers nothing of it afterwards.
    @Test func greylistFreezes() throws {
        let suite = try Suite(
            frontend: """
                  policies:
                    default:
                      RCPT: [{ check: greylist, limit: 300ms }]
                """, services: "greylist: { block-for: 1h }\n")
        let client = PolicyClient(.tcp(suite.policyPort), tries: 1)
        func ask(_ sender: String) -> String? {
            client.ask(
                PolicyClient.request([
                    "protocol_state": "RCPT", "client_address": "192.0.2.1", "sender": sender,
                    "recipient": "b@example.com",
                ]))
        }
        // The service is started by the first question, which may take longer than that.
        #expect(eventually { ask("first@example.net")?.hasPrefix("451 ") == true })
        #expect(ask("before@example.net")?.hasPrefix("451 ") == true)
        #expect(suite.send(SIGSTOP, to: "greylist"))
        for number in 0..<4 { #expect(ask("during\(number)@example.net") == "DUNNO") }
        #expect(suite.send(SIGCONT, to: "greylist"))
        #expect(eventually(within: 5) { ask("after@example.net")?.hasPrefix("451 ") == true })
        #expect(ask("last@example.net")?.hasPrefix("451 ") == true)
        let senders = suite.query("greylist", "SELECT sender FROM postern_greylist_waiting ORDER BY sender")
        #expect(senders == ["after", "before", "first", "last"].map { ["\($0)@example.net"] })
    }

    /// Each request asks the directory for a fact first, and then for its checks. Once it answers again, that is noticed
    /// though the fact is cancelled when the checks are refused.
    @Test func directoryFreezes() throws {
        let suite = try Suite(
            frontend: """
                  policies:
                    default:
                      RCPT: [{ check: access-list, limit: 300ms, on-failure: defer }, { check: greylist, limit: 300ms }]
                """, services: "greylist: { block-for: 0s }\n")
        let client = PolicyClient(.tcp(suite.policyPort), tries: 1)
        let deferred = "DEFER_IF_PERMIT 4.3.5 Service temporarily unavailable"
        // A domain of its own each time: its locality is not known yet.
        func ask(_ name: String) -> String? {
            client.ask(
                PolicyClient.request([
                    "protocol_state": "RCPT", "client_address": "192.0.2.1", "sender": "a@example.net",
                    "recipient": "b@\(name).example.com",
                ]))
        }
        #expect(eventually { ask("before")?.hasPrefix("DEFER") == false })
        #expect(suite.send(SIGSTOP, to: "directory"))
        for number in 0..<20 { #expect(ask("during\(number)") == deferred) }
        #expect(eventually { !suite.logLines(with: "directory failed 16 times in a row").isEmpty })
        #expect(suite.send(SIGCONT, to: "directory"))
        var number = 0
        #expect(
            eventually(within: 5) {
                number += 1
                return ask("after\(number)")?.hasPrefix("DEFER") == false
            })
        #expect(eventually { !suite.logLines(with: "directory answers again").isEmpty })
    }
}
