import Glibc
import SuiteFixture
import Testing

extension WithPostfix {
    /// The service of docs/examples decides real mail, and mail flows by its check's failure rule when it does not.
    @Suite struct CustomServiceTests {
        private static let stranger = "203.0.113.7"
        private static let deferred = "450 4.3.5"

        /// Strangers' mail goes on when the check fails, that of users who log in is deferred.
        private static func frontend(_ endpoints: [String]) -> String {
            """
              services:
                sender-domain:
                  endpoints: [\(endpoints.map { "\"unix:\($0)\"" }.joined(separator: ", "))]
                  checks:
                    - name: sender-domain
                      wants: ["local:sender"]
              policies:
                default:
                  RCPT:
                    - check: sender-domain
                      applies-to: all
                      limit: 800ms
                      on-failure: { authenticated: defer, unauthenticated: dunno }
                  END-OF-MESSAGE: [throttle]
            """
        }

        @Test func theExampleDecidesMail() throws {
            let directory = try TemporaryDirectory()
            let list = try directory.write("# ours would be foolish\nexample.com\nspam.example\n", to: "list")
            let service = try ExampleService("example", list: list, in: directory)
            let system = try MailSystem(frontend: Self.frontend([service.path]))
            let client = try system.client(from: Self.stranger)
            func attempt(_ sender: String) -> SMTPClient.Reply { client.send(from: sender, to: ["bob@example.com"]) }
            let refusal = "Mail from spam.example is not accepted here"
            #expect(attempt("50%off@spam.example").text.hasSuffix(refusal))
            #expect(attempt("a@mail.SPAM.example").text.hasSuffix(refusal))
            #expect(attempt("a@notspam.example").code == 250)
            #expect(attempt("").code == 250)
            let user = try system.client(login: "bob@example.com")
            #expect(user.send(from: "bob@example.com", to: ["a@foreign.example"]).code == 250)
            try directory.write("other.example\n", to: "list")
            #expect(attempt("a@spam.example").code == 250)
            #expect(attempt("a@other.example").code == 554)
            let line = "reason=other.example is listed, check=sender-domain"
            #expect(eventually { !system.suite.logLines(with: line).isEmpty })
        }

        @Test func whenItHangsOrCrashesTheFailureRuleDecides() throws {
            let directory = try TemporaryDirectory()
            let list = try directory.write("spam.example\n", to: "list")
            let service = try ExampleService("example", list: list, in: directory)
            let system = try MailSystem(frontend: Self.frontend([service.path]))
            let client = try system.client(from: Self.stranger)
            let user = try system.client(login: "bob@foreign.example")
            func verifyFailing(_ fault: String) {
                let before = system.suite.logLines(with: fault).count
                #expect(client.send(from: "a@spam.example", to: ["bob@example.com"]).code == 250, "\(fault)")
                let reply = user.send(from: "bob@foreign.example", to: ["a@foreign.example"])
                #expect(reply.text.hasPrefix(Self.deferred), "\(fault): \(reply)")
                #expect(eventually { system.suite.logLines(with: fault).count >= before + 2 }, "\(fault)")
            }
            func verifyDeciding() {
                let refused = eventually { client.send(from: "a@spam.example", to: ["bob@example.com"]).code == 554 }
                #expect(refused)
                #expect(user.send(from: "bob@foreign.example", to: ["a@foreign.example"]).code == 250)
            }
            verifyDeciding()
            service.send(SIGSTOP)
            verifyFailing("failed=sender-domain: expired")
            service.send(SIGCONT)
            verifyDeciding()
            service.send(SIGKILL)
            verifyFailing("failed=sender-domain: ")
            #expect(!system.suite.logLines(with: "sender-domain is down at \(service.path)").isEmpty)
            try service.start()
            verifyDeciding()
            unlink(list)
            verifyFailing("failed=sender-domain: [Errno 2]")
        }

        /// Mail is spread over two instances; what happens to one concerns its own mail, or none.
        @Test func theOtherInstanceIsUnharmed() throws {
            let directory = try TemporaryDirectory()
            let list = try directory.write("spam.example\n", to: "list")
            let services = try ["one", "two"].map { try ExampleService($0, list: list, in: directory) }
            let system = try MailSystem(frontend: Self.frontend(services.map(\.path)))
            let client = try system.client(from: Self.stranger)
            func refusals() -> Int {
                (0..<8).count { client.send(from: "a\($0)@spam.example", to: ["bob@example.com"]).code == 554 }
            }
            #expect(refusals() == 8)
            #expect(eventually { system.suite.logLines(with: "sender-domain is up at").count >= 2 })
            services[0].send(SIGSTOP)
            #expect((1..<8).contains(refusals()))
            services[0].send(SIGKILL)
            #expect(eventually { refusals() == 8 })
        }
    }
}
