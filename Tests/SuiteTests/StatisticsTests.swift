import Glibc
import SuiteFixture
import Testing

/// What `postern status NAME` shows, and which verbs each admin socket answers.
@Suite(.serialized) struct StatisticsTests {
    private static func request(_ number: Int, _ recipient: String = "b@example.com") -> String {
        PolicyClient.request([
            "protocol_state": "RCPT", "client_address": "192.0.2.\(number)", "sender": "a@example.net",
            "recipient": recipient,
        ])
    }

    private func figures(_ name: String, _ suite: Suite) -> [String: String] {
        let rows = suite.postern(["status", name]).output.split(separator: "\n").map { line in
            line.split(separator: " ").map(String.init)
        }
        return Dictionary(rows.filter { $0.count == 2 }.map { ($0[0], $0[1]) }) { first, _ in first }
    }

    @Test func verdictsFailuresAndTimes() throws {
        let suite = try Suite(
            frontend: """
                  policies:
                    default:
                      RCPT:
                        - { check: reject-to-hostname }
                        - { check: greylist, limit: 1s }
                """, services: "greylist: { block-for: 1h }")
        let client = PolicyClient(.tcp(suite.policyPort), tries: 1)
        // Its start may take longer than the limit.
        #expect(suite.postern(["status", "greylist"]).status == 0)
        for number in 1...3 { #expect(client.ask(Self.request(number))?.hasPrefix("451 ") == true) }
        #expect(client.ask(Self.request(4, "b@mx.test"))?.hasPrefix("REJECT ") == true)
        let service = figures("greylist", suite)
        #expect(service["checks.greylist.4xx"] == "3")
        #expect(service["checks.greylist.time.count"] == "3")
        #expect(service["checks.greylist.time.max"].flatMap { Int($0) } ?? 0 > 0)
        #expect(service["database"] == "working")

        #expect(suite.send(SIGSTOP, to: "greylist"))
        inParallel(8) { lane in
            let client = PolicyClient(.tcp(suite.policyPort), tries: 1)
            for number in 0..<3 { #expect(client.ask(Self.request(100 + lane * 3 + number)) == "DUNNO") }
        }
        #expect(suite.send(SIGCONT, to: "greylist"))
        let frontend = figures("frontend", suite)
        #expect(frontend["decisions.RCPT.code4"] == "3")
        #expect(frontend["checks.greylist.4xx"] == "3")
        #expect(frontend["checks.reject-to-hostname.REJECT"] == "1")
        #expect(frontend["checks.reject-to-hostname.none"] == "27")
        #expect(frontend["services.greylist.breaker-opened"] == "1")
        #expect(frontend["services.throttle.breaker-opened"] == "0")
        let expired = frontend["checks.greylist.failed.expired"].flatMap { Int($0) } ?? 0
        let leftAlone = frontend["checks.greylist.failed.left-alone"].flatMap { Int($0) } ?? 0
        #expect(expired >= 16)
        #expect(expired + leftAlone == 24)
        #expect(frontend["checks.greylist.time.count"] == "27")
        #expect(frontend["checks.greylist.time.max"].flatMap { Int($0) } ?? 0 >= 1_000_000)
        #expect(frontend["checks.reject-to-hostname.time.count"] == nil)
        #expect(frontend["checks.greylist.5xx"] == nil)
    }

    /// One line for each decision, also where there is nothing to decide.
    @Test func aStateWithoutAPolicyIsLogged() throws {
        let suite = try Suite()
        #expect(
            suite.action(["protocol_state": "VRFY", "sender": "a@example.net", "instance": "no.policy"]) == "DUNNO")
        let line =
            "action=DUNNO, reason=no policy for this state, check=, client_name=, client_address=, sender=a@example"
        #expect(eventually { suite.logLines(with: line).count == 1 })
        #expect(suite.logLines(with: "instance=no.policy").count == 1)
    }

    /// Each admin socket answers list, set, delete, stats and reload: where nothing can be set it says where the setting is.
    @Test func everyVerbIsAnswered() throws {
        let suite = try Suite(services: "directory: { local-domains: [example.com] }")
        func ask(_ service: String, _ lines: String...) throws -> String {
            let socket = try #require(Socket(.unix("\(suite.runtimeDirectory)/\(service)-admin.sock"), timeout: 10))
            socket.send((["protocol=1", "id=1"] + lines).map { $0 + "\n" }.joined() + "\n")
            return try #require(socket.receive(through: "\n\n"))
        }
        for service in ["frontend", "directory", "greylist", "reputation", "srs", "throttle"] {
            for verb in ["list", "set", "delete", "stats", "reload"] {
                let reply = try ask(service, "request=\(verb)")
                #expect(!reply.contains("unknown verb"), "\(service) \(verb): \(reply)")
                #expect(reply.hasPrefix("protocol=1\nid=1\nstatus="))
            }
        }
        for (service, key) in [
            ("frontend", "keys of the mapping frontend")
        ] {
            #expect(try ask(service, "request=set").contains("error=nothing can be set here: "))
            #expect(try ask(service, "request=delete").contains(key))
        }
        #expect(try ask("reputation", "request=set").contains("keys of the mapping reputation"))
        #expect(try ask("directory", "request=set").contains("error=set needs what="))
        for verb in ["set", "delete"] {
            let reply = try ask("directory", "request=\(verb)", "what=local-domains")
            #expect(reply.contains("are the keys directory.local-domains"), "\(reply)")
        }
        #expect(try ask("frontend", "request=list", "what=services").contains("columns=service%09up"))
        #expect(
            eventually(within: 20) {
                (try? ask("frontend", "request=list", "what=local-domains"))?.contains("row.1=example.com%09local")
                    == true
            })
    }
}
