import Glibc
import SuiteFixture
import Testing

/// A reload that changes a service's endpoints while it is being asked: what the old instance did not answer, the new
/// one does.
@Suite(.serialized) struct MovedEndpointTests {
    private static func services(_ instance: String) -> String {
        """
          services:
            greylist: { endpoints: ["unix:greylist\(instance).sock"] }
            srs: { endpoints: ["unix:srs\(instance).sock"] }
        """
    }

    private static let both = """
          services:
            greylist: { endpoints: ["unix:greylist.sock", "unix:greylist-2.sock"] }
            srs: { endpoints: ["unix:srs.sock", "unix:srs-2.sock"] }
        """

    private static let policy = """
          policies:
            default:
              RCPT: [{ check: greylist, on-failure: dunno, limit: 9s }]
        """

    /// The rule would say DUNNO, and "not found" for the lookup, so both answers are the new instance's.
    @Test func questionsMoveToTheNewEndpoint() throws {
        let secrets = try TemporaryDirectory()
        let secret = try secrets.write("the secret of these tests\n", to: "secret", mode: 0o600)
        // The sockets of both are opened by the start; the frontend is then told of one only.
        let suite = try Suite(
            frontend: Self.both + "\n" + Self.policy,
            services: "greylist: { block-for: 1h }\nsrs: { domain: srs.test, secret-file: \(secret) }\n")
        func use(_ instance: String) throws {
            try suite.rewriteConfiguration {
                $0.replacing(Self.both, with: Self.services(instance))
                    .replacing(Self.services(""), with: Self.services(instance))
            }
            #expect(suite.postern(["reload", "frontend"]).status == 0)
        }
        try use("")
        #expect(suite.action(Self.attempt(1))?.hasPrefix("451 ") == true)
        #expect(suite.postern(["lookup", "srs-forward", "a@example.net"]).status == 0)
        for service in ["greylist", "srs"] { #expect(suite.send(SIGSTOP, to: service)) }
        defer { for service in ["greylist", "srs"] { suite.send(SIGCONT, to: service) } }

        let policy = try #require(Socket(.tcp(suite.policyPort), timeout: 8))
        policy.send(PolicyClient.request(Self.attempt(2)))
        let table = try #require(Socket(.tcp(suite.forwardPort), timeout: 8))
        table.send("get a@example.net\n")
        #expect(policy.isQuiet(forMilliseconds: 200))
        #expect(table.isQuiet(forMilliseconds: 200))
        try use("-2")
        #expect(policy.receiveAction()?.hasPrefix("451 ") == true)
        #expect(table.receive(through: "\n")?.hasPrefix("200 SRS0=") == true)
        #expect(suite.logLines(with: "failed=").isEmpty)
        #expect(suite.logLines(with: "not looked up").isEmpty)
        _ = secrets
    }

    private static func attempt(_ number: Int) -> KeyValuePairs<String, String> {
        [
            "protocol_state": "RCPT", "client_address": "192.0.2.\(number)", "sender": "a@example.net",
            "recipient": "b@example.com", "instance": "reload.\(number)",
        ]
    }
}
