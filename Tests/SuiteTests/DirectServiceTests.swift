import SuiteFixture
import Testing

/// Services whose socket Postfix asks without the frontend: policy requests in, `action=` out.
@Suite(.serialized) struct DirectServiceTests {
    @Test func greylist() throws {
        let suite = try Suite(services: "greylist: { block-for: 1h }\n")
        let client = PolicyClient(.unix("\(suite.runtimeDirectory)/greylist.sock"), tries: 1)
        let request = PolicyClient.request([
            "protocol_state": "RCPT", "client_address": "192.0.2.1", "sender": "a@example.net",
            "recipient": "b@example.com",
        ])
        for _ in 0..<2 {
            #expect(client.ask(request) == "451 4.7.1 Intentional policy rejection, please try again later")
        }
        #expect(client.ask(request.replacing("=RCPT", with: "=DATA")) == "DUNNO")
    }

    /// The service makes the recording key itself, so that a retry of Postfix counts once.
    @Test func throttle() throws {
        let suite = try Suite()
        suite.postern(["throttle", "set", "--account", "@.", "--period", "86400", "--max-msgs", "2"])
        let client = PolicyClient(.unix("\(suite.runtimeDirectory)/throttle.sock"), tries: 1)
        func ask(_ number: Int) -> String? {
            client.ask(
                PolicyClient.request([
                    "protocol_state": "END-OF-MESSAGE", "client_address": "192.0.2.1", "sender": "a@example.com",
                    "sasl_username": "a@example.com", "recipient": "b@example.net", "recipient_count": "1",
                    "size": "1", "instance": "direct.\(number)",
                ]))
        }
        #expect(
            [0, 0, 1, 1, 2, 1].map(ask) == [
                "DUNNO", "DUNNO", "DUNNO", "DUNNO", "REJECT Throttling quota exceeded", "DUNNO",
            ])
        #expect(suite.query("throttle", "SELECT cur_msgs FROM postern_throttle_tracking") == [["2"]])
    }

    /// A stranger cannot set what only the frontend may: the key, facts, a dry run.
    @Test func controlAttributesAreIgnored() throws {
        let suite = try Suite()
        suite.postern(["throttle", "set", "--account", "@.", "--period", "86400", "--max-msgs", "1"])
        let client = PolicyClient(.unix("\(suite.runtimeDirectory)/throttle.sock"), tries: 1)
        func ask(_ number: Int) -> String? {
            client.ask(
                PolicyClient.request([
                    "protocol_state": "END-OF-MESSAGE", "key": "00112233445566778899aabbccddeeff", "dry-run": "1",
                    "deadline": "1", "checks": "none", "sender": "a@example.com", "sasl_username": "a@example.com",
                    "recipient": "b@example.net", "recipient_count": "1", "instance": "forged.\(number)",
                    "client_address": "192.0.2.1",
                ]))
        }
        #expect([0, 1].map(ask) == ["DUNNO", "REJECT Throttling quota exceeded"])
    }

    /// As on the frontend's policy port: an empty request is answered, nonsense is not, and the connection stays usable.
    @Test(arguments: ["greylist", "throttle", "directory"]) func emptyRequest(service: String) throws {
        let suite = try Suite()
        let address = Socket.Address.unix("\(suite.runtimeDirectory)/\(service).sock")
        let socket = try #require(Socket(address, timeout: 10))
        socket.send("\n")
        #expect(socket.receiveAction() == "DUNNO")
        socket.send("\r\n\n" + PolicyClient.request(["protocol_state": "VRFY"]))
        for _ in 0..<3 { #expect(socket.receiveAction() == "DUNNO") }
        for nonsense in ["request=x\n\n", "protocol_state=RCPT\n\n", "no equals sign\n\n"] {
            let stranger = try #require(Socket(address, timeout: 10))
            stranger.send(nonsense)
            #expect(stranger.receiveUntilClosed() == "", "\(nonsense)")
        }
    }

    /// A name that cannot be read, such as one with an overlong domain, is unknown and costs no other question its
    /// connection.
    @Test func factsWithoutAReadableName() throws {
        let suite = try Suite(services: "directory: { local-domains: [example.com] }\n")
        let socket = try #require(Socket(.unix("\(suite.runtimeDirectory)/directory.sock"), timeout: 10))
        let long = String(repeating: "abcdefg.", count: 40) + "example"
        socket.send("protocol=1\nid=1\nrequest=fact\nnames=local:\(long)\n\n")
        socket.send("protocol=1\nid=2\nrequest=fact\nnames=local:example.com\n\n")
        #expect(socket.receive(through: "\n\n") == "protocol=1\nid=1\n\n")
        let reply = try #require(socket.receive(through: "\n\n"))
        #expect(reply.hasPrefix("protocol=1\nid=2\nfact.local:example.com=yes\nrevision="), "\(reply)")
    }

    /// The limits' neighbourhood: facts about such domains are unknown, and nobody hangs up.
    @Test func overlongDomains() throws {
        let suite = try Suite(services: "greylist: { block-for: 1h }\n")
        for length in [250, 253, 254, 307, 308, 312, 318, 320, 321, 1_000] {
            let domain = "a" + String(repeating: "abcdefg.", count: 130).suffix(length - 2) + "x"
            let action = suite.action([
                "protocol_state": "RCPT", "client_address": "192.0.2.1", "sender": "a@\(domain)",
                "recipient": "b@\(domain)",
            ])
            #expect(action?.hasPrefix("451 ") == true, "\(length): \(action ?? "nothing")")
            let table = try #require(Socket(.tcp(suite.forwardPort), timeout: 10))
            table.send("get a@\(domain)\n")
            #expect(table.receive(through: "\n")?.hasPrefix("500 ") == true, "\(length)")
        }
        #expect(suite.logLines(with: "is down").isEmpty)
    }

    /// Nothing is sent before Postfix has asked, and nothing it did not ask for.
    @Test func nothingUnasked() throws {
        let suite = try Suite()
        for service in ["greylist", "throttle"] {
            let socket = try #require(Socket(.unix("\(suite.runtimeDirectory)/\(service).sock"), timeout: 10))
            #expect(socket.isQuiet(forMilliseconds: 100))
            socket.send(PolicyClient.request(["protocol_state": "VRFY"]))
            #expect(socket.receiveAction() == "DUNNO")
            #expect(suite.send(15, to: service))
            #expect(socket.receiveUntilClosed() == "")
        }
    }
}
