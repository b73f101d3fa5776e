import Glibc
import SuiteFixture
import Testing

/// kill -9 at any moment: no request is lost, none is answered by a failure rule, and no count is lost or doubled.
@Suite(.serialized) struct KilledServiceTests {
    private static let limit = 600
    private static let wantedKills = 10
    private static let lanes = 32
    private static let mail = CountedMail(accounts: 20, messages: 20_000)
    private static let policy = """
          policies:
            default:
              END-OF-MESSAGE:
                - { check: throttle, on-failure: defer, limit: 9s }
        """

    @Test(arguments: ["throttle", "directory", "reputation"]) func everyCountSurvives(service: String) throws {
        let suite = try Self.suite()
        let answers = Answers()
        let pace = Pace(count: Self.mail.messages, seconds: 6)
        let kills = Killing.service(service, of: suite, while: Self.lanes) { lane in
            Self.ask(PolicyClient(.tcp(suite.policyPort), tries: 1), lane, answers, pace)
        }
        #expect(kills >= Self.wantedKills)
        verify(answers, suite)
    }

    /// Postfix tries twice and waits a second in between, so kills are further apart than that.
    @Test func everyCountSurvivesTheFrontend() throws {
        let suite = try Self.suite()
        let answers = Answers()
        let pace = Pace(count: Self.mail.messages, seconds: 25)
        let kills = Killing.service("frontend", of: suite, while: Self.lanes, pause: 2_200_000) { lane in
            Self.ask(PolicyClient(.tcp(suite.policyPort)), lane, answers, pace)
        }
        #expect(kills >= Self.wantedKills)
        verify(answers, suite)
    }

    private static func suite() throws -> Suite {
        let suite = try Suite(frontend: policy, environment: ["POSTERN_TRACE": "1"])
        let made = suite.postern([
            "throttle", "set", "--account", "@.", "--kind", "outbound", "--period", "86400", "--max-msgs", "\(limit)",
        ])
        guard made.status == 0 else { throw FixtureError("no limit was made: \(made.output)") }
        return suite
    }

    private static func ask(_ client: PolicyClient, _ lane: Int, _ answers: Answers, _ pace: Pace) {
        for message in stride(from: lane, to: mail.messages, by: lanes) {
            pace.wait(for: message)
            answers.record(message, client.ask(mail.request(message)))
        }
    }

    private func verify(_ answers: Answers, _ suite: Suite) {
        let all = answers.all
        #expect(all.count == Self.mail.messages)
        let failures = all.values.filter { $0 != "DUNNO" && $0 != "REJECT Throttling quota exceeded" }
        #expect(failures.isEmpty, "\(failures.prefix(3))")
        for number in 0..<Self.mail.accounts {
            let account = Self.mail.account(number)
            let expected = min(Self.limit, Self.mail.offered(account))
            let passed = all.count { Self.mail.account($0.key) == account && $0.value == "DUNNO" }
            let sql = "SELECT cur_msgs FROM postern_throttle_tracking WHERE account = '\(account)'"
            #expect(passed == expected)
            #expect(suite.query("throttle", sql) == [["\(expected)"]])
        }
        verifyModel(all, suite)
    }

    /// The limit applied to the messages in the order of the service's commits gives the same verdicts.
    private func verifyModel(_ answers: [Int: String], _ suite: Suite) {
        var messages: [String: Int] = [:]
        for message in 0..<Self.mail.messages { messages[Self.mail.key(message)] = message }
        let trace = suite.query("throttle", "SELECT lower(hex(key)) FROM postern_trace ORDER BY seq")
        #expect(trace.count == Self.mail.messages)
        var counts: [String: Int] = [:]
        var wrong = 0
        for row in trace {
            guard let key = row.first, let message = messages[key] else {
                wrong += 1
                continue
            }
            let account = Self.mail.account(message)
            let passes = counts[account, default: 0] < Self.limit
            if passes { counts[account, default: 0] += 1 }
            if (answers[message] == "DUNNO") != passes { wrong += 1 }
        }
        #expect(wrong == 0)
    }
}
