import SuiteFixture
import Synchronization
import Testing

/// A service of one's own with timed work, which the frontend does with the directory's facts.
@Suite(.serialized) struct UpkeepTests {
    /// Plays the service on one connection until its upkeep was done twice; what came with the facts.
    private static func serve(_ listening: ListeningPath) -> [[Substring]] {
        guard let connection = listening.accept(withinMilliseconds: 20_000) else { return [] }
        var runs: [[Substring]] = []
        while runs.count < 2, let message = connection.receive(through: "\n\n") {
            let lines = message.split(separator: "\n")
            let id = lines.first { $0.hasPrefix("id=") } ?? ""
            var reply = "verdict.mine=none"
            if lines.contains("request=hello") { reply = "service=mine\nchecks=mine\nupkeep=1" }
            if lines.contains("request=upkeep") {
                let isFirst = !lines.contains { $0.hasPrefix("cursor=") }
                if !isFirst {
                    runs.append(lines.filter { !$0.hasPrefix("id=") && !$0.hasPrefix("deadline=") }.sorted())
                }
                let need = "need=local:example.com local:example.net colour:example.com\ncursor=my place"
                reply = isFirst ? need : "done=1"
            }
            connection.send("protocol=1\n\(id)\n\(reply)\n\n")
        }
        return runs
    }

    @Test func aServiceGetsTheFactsItNeeds() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/mine"
        let listening = try ListeningPath(path)
        let suite = try Suite(
            frontend: """
                  services: { mine: { endpoints: ["unix:\(path)"], checks: [{ name: mine }] } }
                  policies: { default: { RCPT: [mine] } }
                """, services: "directory: { local-domains: [example.com] }")
        let runs = Mutex<[[Substring]]>([])
        inParallel(2) { lane in
            if lane == 0 {
                let seen = Self.serve(listening)
                runs.withLock { $0 = seen }
            } else {
                // Its hello comes with the first question.
                #expect(suite.action(["protocol_state": "RCPT", "sender": "a@example.net"]) == "DUNNO")
            }
        }
        let expected: [Substring] = [
            "cursor=my place", "fact.colour:example.com=unknown", "fact.local:example.com=yes",
            "fact.local:example.net=no", "protocol=1", "request=upkeep",
        ]
        #expect(runs.withLock { $0 } == [expected, expected])
        #expect(eventually { suite.postern(["status", "frontend"]).output.contains("upkeep.mine.done") })
    }
}
