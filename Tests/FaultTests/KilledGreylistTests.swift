import Glibc
import SuiteFixture
import Testing

/// kill -9 under greylisting: every attempt is decided by what is recorded, never by the failure rule, and a triplet
/// goes from new over waiting to passed, never back.
@Suite(.serialized) struct KilledGreylistTests {
    private static let triplets = 2_400
    private static let lanes = 24
    private static let refusal = "451 4.7.1 Intentional policy rejection, please try again later"

    /// Each triplet has a client of its own, or one that passed would open the door for the others.
    private static func attempt(_ triplet: Int, sender: String = "a") -> String {
        PolicyClient.request([
            "protocol_state": "RCPT", "client_address": "10.1.\(triplet / 200).\(triplet % 200 + 1)",
            "sender": "\(sender)\(triplet)@example.net", "recipient": "b\(triplet)@example.com",
        ])
    }

    @Test(arguments: ["greylist", "directory", "frontend"]) func statesGoForward(service: String) throws {
        let suite = try Suite(
            frontend: """
                  policies:
                    default:
                      RCPT: [{ check: greylist, on-failure: defer, limit: 9s }]
                """, services: "greylist: { block-for: 3s }\n")
        let histories = (0..<4).map { _ in Answers() }
        var kills = Self.round(service, suite, histories[0])
        let start = Moment.now
        kills += Self.round(service, suite, histories[1])
        while Moment.now < start + 4.1 { usleep(20_000) }
        kills += Self.round(service, suite, histories[2])
        kills += Self.round(service, suite, histories[3], sender: "other")
        #expect(kills >= 8)
        verify(histories.map(\.all))
        verifyTables(suite)
    }

    private static func round(
        _ service: String, _ suite: Suite, _ answers: Answers, sender: String = "a"
    ) -> Int {
        Killing.service(service, of: suite, while: lanes) { lane in
            let isFrontend = service == "frontend"
            let client = PolicyClient(.tcp(suite.policyPort), tries: isFrontend ? 20 : 1, pause: 50_000)
            for triplet in stride(from: lane, to: triplets, by: lanes) {
                answers.record(triplet, client.ask(attempt(triplet, sender: sender)))
            }
        }
    }

    private func verify(_ rounds: [[Int: String]]) {
        #expect(rounds.allSatisfy { $0.count == Self.triplets })
        #expect(rounds[0].values.allSatisfy { $0 == Self.refusal }, "a first attempt passed, or failed")
        #expect(rounds[1].values.allSatisfy { $0 == Self.refusal || $0 == "DUNNO" })
        #expect(rounds[2].values.allSatisfy { $0 == "DUNNO" }, "a retry in time was refused")
        #expect(rounds[3].values.allSatisfy { $0 == "DUNNO" }, "a client that had passed was refused")
    }

    private func verifyTables(_ suite: Suite) {
        #expect(suite.query("greylist", "SELECT count(*) FROM postern_greylist_waiting") == [["0"]])
        let clients = suite.query("greylist", "SELECT count(*) FROM postern_greylist_clients")
        #expect(clients == [["\(Self.triplets)"]])
    }
}
