import Glibc
import SuiteFixture
import Testing

extension WithPostfix {
    @Suite struct StoppedSuiteTests {
        @Test(arguments: MailSystem.PolicyTransport.allCases)
        func postfixTakesItsDefaultActionUntilTheSuiteIsBack(policy: MailSystem.PolicyTransport) throws {
            let system = try MailSystem(policy: policy)
            let client = try system.client(from: "203.0.113.7")
            func send(_ subject: String) -> SMTPClient.Reply {
                client.send(from: "a@foreign.example", to: ["user@example.com"], subject: subject)
            }
            #expect(send("before").code == 250)
            system.suite.stop()
            let refused = send("meanwhile")
            #expect(
                refused.text.hasSuffix(
                    "450 4.3.5 <user@example.com>: Recipient address rejected: policy service down"), "\(refused)")

            let suite = system.suite
            let process = try Command.start(
                "\(SuiteFixture.Suite.binaries)/postern", ["run", "--config", "\(suite.directory.path)/postern.yaml"],
                log: suite.logPath)
            defer {
                kill(process, SIGTERM)
                _ = Command.wait(for: process)
            }
            #expect(eventually(within: 20) { Socket(.tcp(suite.policyPort)) != nil })
            let accepted = send("after")
            #expect(accepted.code == 250, "\(accepted)")
            #expect(system.delivered("after") != nil)
            #expect(system.sink.messages.map(\.subject).sorted() == ["after", "before"])
        }
    }
}
