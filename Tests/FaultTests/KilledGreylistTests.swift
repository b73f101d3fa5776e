import Glibc
import SuiteFixture
import Testing

/// kill -9 under greylisting: every attempt is decided by what is recorded, never by the failure rule, and a triplet
/// goes from new over waiting to passed, never back.
@Suite(.serialized) struct KilledGreylistTests {
    /// Each is asked about four times.
    private static let triplets = 5_000
    private static let lanes = 32
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
                """, services: "greylist: { block-for: 8s }\n", environment: ["POSTERN_TRACE": "1"])
        let histories = (0..<4).map { _ in Answers() }
        var kills = Self.round(service, suite, histories[0])
        kills += Self.round(service, suite, histories[1])
        // Every triplet has been seen by now.
        let seen = Moment.now
        while Moment.now < seen + 9 { usleep(20_000) }
        kills += Self.round(service, suite, histories[2])
        kills += Self.round(service, suite, histories[3], sender: "other")
        #expect(kills >= 10)
        verify(histories.map(\.all))
        verifyModel(histories.map(\.all), suite)
        verifyTables(suite)
    }

    private static func round(
        _ service: String, _ suite: Suite, _ answers: Answers, sender: String = "a"
    ) -> Int {
        // Postfix tries twice and waits a second in between, so the frontend's kills are further apart than that.
        let isFrontend = service == "frontend"
        let pace = Pace(count: triplets, seconds: isFrontend ? 7 : 0)
        return Killing.service(service, of: suite, while: lanes, pause: isFrontend ? 2_200_000 : 250_000) { lane in
            let client = PolicyClient(.tcp(suite.policyPort), tries: isFrontend ? 2 : 1)
            for triplet in stride(from: lane, to: triplets, by: lanes) {
                pace.wait(for: triplet)
                answers.record(triplet, client.ask(attempt(triplet, sender: sender)))
            }
        }
    }

    private func verify(_ rounds: [[Int: String]]) {
        #expect(rounds.allSatisfy { $0.count == Self.triplets })
        #expect(rounds[0].values.allSatisfy { $0 == Self.refusal }, "a first attempt passed, or failed")
        #expect(rounds[1].values.allSatisfy { $0 == Self.refusal || $0 == "DUNNO" }, "a retry failed")
        #expect(rounds[2].values.allSatisfy { $0 == "DUNNO" }, "a retry in time was refused")
        #expect(rounds[3].values.allSatisfy { $0 == "DUNNO" }, "a client that had passed was refused")
    }

    /// The rules of greylisting, applied to the attempts in the order of the service's commits, give the same decisions;
    /// and each answer is one of those decisions, in their order. An attempt that was committed before a kill and
    /// asked again is decided twice; a client that has passed is known without a commit.
    private func verifyModel(_ rounds: [[Int: String]], _ suite: Suite) {
        let trace = suite.query("greylist", "SELECT check_name, verdict FROM postern_trace ORDER BY seq")
        var decisions: [String: [String]] = [:]
        for row in trace where row.count == 2 {
            let client = row[0].split(separator: " ").first.map(String.init) ?? ""
            decisions[client, default: []].append(row[1].split(separator: " ").first.map(String.init) ?? "")
        }
        #expect(decisions.count == Self.triplets)
        var wrong: [String] = []
        for triplet in 0..<Self.triplets {
            let client = "10.1.\(triplet / 200).\(triplet % 200 + 1)"
            let committed = decisions[client] ?? []
            let answers = rounds.map { $0[triplet] ?? "" }
            guard Self.isAHistory(committed), Self.are(answers, drawnFrom: committed) else {
                wrong.append("\(client): \(committed), answered \(answers)")
                continue
            }
        }
        #expect(wrong.count == 0, "\(wrong.prefix(3))")
    }

    /// First refused as new, then as too soon for as long as it takes, then passed once, then known.
    private static func isAHistory(_ decisions: [String]) -> Bool {
        guard decisions.first == "first" else { return false }
        let rest = decisions.dropFirst().drop { $0 == "soon" }
        return rest.first == "passed" && rest.dropFirst().allSatisfy { $0 == "known" }
    }

    private static func are(_ answers: [String], drawnFrom decisions: [String]) -> Bool {
        var refusals = decisions.count { $0 == "first" || $0 == "soon" }
        var hasPassed = false
        for answer in answers {
            if answer == refusal {
                guard !hasPassed, refusals > 0 else { return false }
                refusals -= 1
            } else {
                guard answer == "DUNNO" else { return false }
                hasPassed = true
            }
        }
        return hasPassed
    }

    private func verifyTables(_ suite: Suite) {
        #expect(suite.query("greylist", "SELECT count(*) FROM postern_greylist_waiting") == [["0"]])
        let clients = suite.query("greylist", "SELECT count(*) FROM postern_greylist_clients")
        #expect(clients == [["\(Self.triplets)"]])
    }
}
