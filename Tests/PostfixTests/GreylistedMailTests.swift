import Glibc
import SuiteFixture
import Testing

extension WithPostfix {
    @Suite struct GreylistedMailTests {
        private static let refusal = """
            451 4.7.1 <user@example.com>: Recipient address rejected: \
            Intentional policy rejection, please try again later
            """
        private static let waiting = "SELECT count(*) FROM postern_greylist_waiting"
        private static let known = "SELECT client_address FROM postern_greylist_clients"

        @Test(arguments: MailSystem.PolicyTransport.allCases)
        func aStrangerIsRefusedFirstAndAcceptedAfterTheWait(policy: MailSystem.PolicyTransport) throws {
            let system = try MailSystem(greylist: "{ block-for: 3s }", policy: policy)
            let client = try system.client(from: "203.0.113.7")
            func attempt(_ sender: String, _ subject: String) -> SMTPClient.Reply {
                client.send(from: sender, to: ["user@example.com"], subject: subject)
            }
            let begin = Moment.now
            #expect(attempt("a@foreign.example", "first").text == Self.refusal)
            #expect(attempt("a@foreign.example", "too soon").text == Self.refusal)
            #expect(system.suite.query("greylist", Self.waiting) == [["1"]])
            var reply = attempt("a@foreign.example", "retry")
            while !reply.isPositive, Moment.now < begin + 10 {
                usleep(200_000)
                reply = attempt("a@foreign.example", "retry")
            }
            #expect(reply.code == 250, "\(reply)")
            #expect(Moment.now - begin > 1.9)
            #expect(attempt("b@another.example", "second sender").code == 250)
            #expect(system.delivered("retry")?.sender == "a@foreign.example")
            #expect(system.delivered("second sender")?.recipients == ["user@example.com"])
            #expect(system.suite.query("greylist", Self.known) == [["203.0.113.7"]])
            #expect(system.sink.count == 2)
        }

        @Test func oneWhoLogsInIsNotGreylisted() throws {
            let system = try MailSystem(greylist: "{ block-for: 1h }")
            let stranger = try system.client(from: "198.51.100.9")
            let refused = stranger.send(from: "user@foreign.example", to: ["friend@example.com"])
            #expect(refused.code == 451, "\(refused)")
            let user = try system.client(from: "198.51.100.9", login: "user@example.com")
            let reply = user.send(from: "user@example.com", to: ["friend@foreign.example"], subject: "mine")
            #expect(reply.code == 250, "\(reply)")
            #expect(system.delivered("mine")?.sender == "user@example.com")
            #expect(system.suite.query("greylist", Self.known).isEmpty)
        }

        @Test func theWrongPasswordIsNoLogin() {
            let right = Base64.encode(Array("\0user\0secret".utf8))
            let wrong = Base64.encode(Array("\0user\0other".utf8))
            #expect(DovecotAuthStub.answer("AUTH\t7\tPLAIN\tservice=smtp\tresp=\(right)") == "OK\t7\tuser=user\n")
            #expect(DovecotAuthStub.answer("AUTH\t8\tPLAIN\tservice=smtp\tresp=\(wrong)") == "FAIL\t8\n")
        }
    }
}
