import SuiteFixture
import Testing

extension WithPostfix {
    /// Whatever a custom service answers, mail flows by the failure rule of the checks it concerns, the other checks
    /// decide, and the log names the fault.
    @Suite struct LyingServiceTests {
        /// Strangers' mail is deferred when a check of it fails, that of users who log in goes on.
        private static func frontend(_ endpoints: [String]) -> String {
            let rules = "applies-to: all, limit: 800ms, on-failure: { authenticated: dunno, unauthenticated: defer }"
            return """
                  services:
                    neighbours:
                      endpoints: [\(endpoints.map { "\"unix:\($0)\"" }.joined(separator: ", "))]
                      checks: [{ name: first }, { name: second }]
                  policies:
                    default:
                      RCPT:
                        - { check: first, \(rules) }
                        - { check: second, \(rules) }
                      END-OF-MESSAGE: [throttle]
                """
        }

        /// Conducts, what the log says of each, and whether `second` still decides.
        private static let faults: [(LyingService.Conduct, log: String, secondDecides: Bool)] = [
            (.missingVerdict, "failed=first: no verdict in the reply", true),
            (.doubledVerdict, "failed=first: more than one verdict in the reply", true),
            (.verdictAndError, "failed=first: more than one verdict in the reply", true),
            (.unknownCheck, "failed=first: no verdict in the reply", true),
            (.othersCheck, "failed=first: no verdict in the reply", true),
            (.noAction, "failed=first: verdict is not a Postfix action", true),
            (.noScore, "failed=first: score is not a number", true),
            (.doubledName, "failed=second: reason.first stands twice in the reply", false),
            (.earlierID, "a reply to a question that was never asked", false),
            (.neverIssuedID, "a reply to a question that was never asked", false),
            (.garbage, "a reply to a question that was never asked", false),
            (.hugeReply, "a line is longer than 65536 bytes", false),
            (.close, "neighbours is down at", false),
            (.silence, "failed=first: expired", false),
        ]

        @Test func eachLieIsTheFailureOfWhatItConcerns() throws {
            let directory = try TemporaryDirectory()
            let service = try LyingService(path: "\(directory.path)/service.sock")
            let system = try MailSystem(frontend: Self.frontend(["\(directory.path)/service.sock"]))
            try system.limit("bob@example.com", kind: "outbound", messages: 1_000)
            let stranger = try system.client(from: "203.0.113.7")
            let user = try system.client(login: "bob@example.com")
            for (conduct, text, secondDecides) in Self.faults {
                let before = system.suite.logLines(with: text).count
                service.behave(conduct)
                let reply = stranger.send(from: "a@foreign.example", to: ["bob@example.com"])
                #expect(reply.text.hasPrefix("450 4.3.5"), "\(conduct): \(reply)")
                let refused = stranger.send(from: "refused@foreign.example", to: ["bob@example.com"])
                let expected = secondDecides ? "550 5.7.1" : "450 4.3.5"
                #expect(refused.text.hasPrefix(expected), "\(conduct): \(refused)")
                let own = user.send(from: "bob@example.com", to: ["a@foreign.example"])
                #expect(own.code == 250, "\(conduct): \(own)")
                #expect(eventually { system.suite.logLines(with: text).count > before }, "\(conduct): \(text)")
                service.behave(.honest)
                let recovers = eventually { Self.isHonest(stranger) }
                #expect(recovers, "\(conduct)")
            }
            // The checks of other services have decided each message: throttle has counted the user's.
            #expect(system.counted("bob@example.com") == Self.faults.count)
        }

        private static func isHonest(_ client: SMTPClient) -> Bool {
            client.send(from: "a@foreign.example", to: ["bob@example.com"]).code == 250
                && client.send(from: "refused@foreign.example", to: ["bob@example.com"]).code == 550
        }

        /// A text cannot leave its line, neither towards the client nor in the log.
        @Test func controlCharactersStayInTheirLine() throws {
            let directory = try TemporaryDirectory()
            let service = try LyingService(path: "\(directory.path)/service.sock")
            let system = try MailSystem(frontend: Self.frontend(["\(directory.path)/service.sock"]))
            service.behave(.controlCharacters)
            let client = try system.client(from: "203.0.113.7")
            let reply = client.send(from: "a@foreign.example", to: ["bob@example.com"])
            #expect(reply.text.hasPrefix("550 5.7.1") && reply.text.hasSuffix("no??250 2.0.0 yes?[31m"), "\(reply)")
            #expect(eventually { !system.suite.logLines(with: "action=550 5.7.1 no??250 2.0.0 yes?[31m").isEmpty })
        }

        /// What a liar breaks off is decided by the other instance, and the other's own mail does not notice.
        @Test(arguments: [LyingService.Conduct.neverIssuedID, .garbage, .hugeReply, .close, .missingVerdict, .silence])
        func theOtherInstanceIsUnharmed(conduct: LyingService.Conduct) throws {
            let directory = try TemporaryDirectory()
            let paths = ["\(directory.path)/liar.sock", "\(directory.path)/honest.sock"]
            let services = try paths.map { try LyingService(path: $0) }
            let system = try MailSystem(frontend: Self.frontend(paths))
            let client = try system.client(from: "203.0.113.7")
            // The frontend is started by the first question.
            #expect(client.send(from: "a@foreign.example", to: ["bob@example.com"]).code == 250)
            #expect(eventually { system.suite.logLines(with: "neighbours is up at").count >= 2 })
            services[0].behave(conduct)
            let replies = (0..<8).map { client.send(from: "a\($0)@foreign.example", to: ["bob@example.com"]) }
            let isBrokenOff = ![.missingVerdict, .silence].contains(conduct)
            let accepted = replies.count { $0.code == 250 }
            #expect(isBrokenOff ? accepted == 8 : (1..<8).contains(accepted), "\(conduct): \(replies)")
            #expect(replies.allSatisfy { $0.code == 250 || $0.text.hasPrefix("450 4.3.5") }, "\(conduct): \(replies)")
        }
    }
}
