import Glibc
import SuiteFixture
import Synchronization
import Testing

/// Two hosts greylist on one database, each attempt comes to another one than the last, and their services are killed:
/// still a triplet goes from new over waiting to passed, never back, and what one host has seen counts for both.
@Suite(.serialized) struct GreylistHistoryTests {
    private static let triplets = 1_000
    private static let lanes = 16
    private static let wait = 8.0
    private static let refusal = "451 4.7.1 Intentional policy rejection, please try again later"
    private static let policy = """
          policies:
            default:
              RCPT: [{ check: greylist, on-failure: defer, limit: 9s }]
        """

    private static func client(_ triplet: Int) -> String {
        "10.1.\(triplet / 200).\(triplet % 200 + 1)"
    }

    @Test func statesGoForwardInOneFile() throws {
        try verifyHistory(.sqlite)
    }

    @Test func statesGoForwardOnPostgreSQL() throws {
        try verifyHistory(.postgreSQL())
    }

    @Test func statesGoForwardOnMariaDB() throws {
        try verifyHistory(.mariaDB())
    }

    private func verifyHistory(_ store: HistoryStore) throws {
        let services = store.mapping("greylist", others: ["block-for: \(Int(Self.wait))s"])
        let first = try Suite(frontend: Self.policy, services: services)
        let second = try Suite(
            frontend: Self.policy, services: services, sharingStateOf: store.isShared ? nil : first)
        let suites = [first, second]
        // The tables are there before both hosts are under load.
        _ = first.postern(["status", "greylist"])
        var kills = 0
        let rounds = try (0..<4).map { round in
            let answers = Answers()
            let start = Moment.now
            kills += Self.round(round, suites, answers)
            if round == 1 {
                // Every triplet has been seen before the second round, so all have waited then.
                let end = max(start, Moment.now) + Self.wait + 1
                while Moment.now < end { usleep(20_000) }
            }
            try #require(answers.all.count == Self.triplets)
            return answers.all
        }
        #expect(kills >= 8)
        verify(rounds)
        verifyTables(store, first)
    }

    /// One attempt for each triplet, at the first or at the second host in turns, and at the other one in the next round.
    private static func round(_ round: Int, _ suites: [Suite], _ answers: Answers) -> Int {
        let kills = Atomic(0)
        let finished = Atomic(0)
        inParallel(lanes + 1) { lane in
            guard lane < lanes else {
                var generator = SeededGenerator(seed: UInt64(round))
                while finished.load(ordering: .relaxed) < lanes {
                    usleep(UInt32.random(in: 100_000...300_000, using: &generator))
                    let suite = suites[Int.random(in: 0...1, using: &generator)]
                    if suite.killNine("greylist") { kills.add(1, ordering: .relaxed) }
                }
                return
            }
            let clients = suites.map { PolicyClient(.tcp($0.policyPort), tries: 1) }
            let own = stride(from: lane, to: triplets, by: lanes)
            // The last of the first round come first in the second: too soon, however slow the machine is.
            for triplet in round == 1 ? Array(own.reversed()) : Array(own) {
                let request = PolicyClient.request([
                    "protocol_state": "RCPT", "client_address": client(triplet),
                    // A client that has passed is known, whoever sends.
                    "sender": "\(round < 3 ? "a" : "other")\(triplet)@example.net",
                    "recipient": "b\(triplet)@example.com",
                ])
                answers.record(triplet, clients[(triplet / lanes + round) % 2].ask(request))
                usleep(2_000)
            }
            finished.add(1, ordering: .relaxed)
        }
        return kills.load(ordering: .relaxed)
    }

    private func verify(_ rounds: [[Int: String]]) {
        #expect(rounds[0].values.allSatisfy { $0 == Self.refusal }, "a first attempt passed, or failed")
        #expect(rounds[1].values.allSatisfy { $0 == Self.refusal || $0 == "DUNNO" }, "a retry failed")
        let early = rounds[1].values.count { $0 == Self.refusal }
        #expect(early > 0, "the second round came too late to be too soon")
        #expect(rounds[2].values.allSatisfy { $0 == "DUNNO" }, "a retry in time was refused")
        #expect(rounds[3].values.allSatisfy { $0 == "DUNNO" }, "a client that had passed was refused")
    }

    private func verifyTables(_ store: HistoryStore, _ suite: Suite) {
        let sql =
            store.isShared
            ? "SELECT count(*), count(DISTINCT client_address) FROM greylisting_tracking WHERE passed = 1"
            : "SELECT count(*), count(DISTINCT client_address) FROM postern_greylist_clients"
        #expect(store.query(suite, sql, in: "greylist") == [["\(Self.triplets)", "\(Self.triplets)"]])
    }
}
