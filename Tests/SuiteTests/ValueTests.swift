import SuiteFixture
import Testing

/// Values that stopped or misled other policy servers.
@Suite(.serialized) struct ValueTests {
    private static let services = """
        greylist: { block-for: 1h }
        """

    private static func attributes(client: String, sender: String, recipient: String) -> String {
        PolicyClient.request([
            "protocol_state": "RCPT", "client_address": client, "sender": sender, "recipient": recipient,
        ])
    }

    /// An address that cannot be read is unknown: never trusted, and nothing to greylist by.
    @Test func clientAddresses() throws {
        let suite = try Suite(common: "  trusted-networks: [198.51.100.0/24]\n", services: Self.services)
        let client = PolicyClient(.tcp(suite.policyPort), tries: 1)
        let refused = "REJECT Not authorized"
        let greylisted = "451 4.7.1 Intentional policy rejection, please try again later"
        let cases: [(client: String, toHostname: String, toOthers: String)] = [
            ("unknown", refused, "DUNNO"), ("", refused, "DUNNO"), ("999.1.2.3", refused, "DUNNO"),
            ("192.0.2", refused, "DUNNO"), ("192.0.2.1 ", refused, "DUNNO"), ("127.0.0.1\t", refused, "DUNNO"),
            ("fe80::1%eth0", refused, "DUNNO"), ("::ffff:192.0.2.1:25", refused, "DUNNO"),
            ("[127.0.0.1]", refused, "DUNNO"), ("localhost", refused, "DUNNO"), ("0x7f.1", refused, "DUNNO"),
            ("192.0.2.1", refused, greylisted), ("2001:DB8::1", refused, greylisted),
            ("127.0.0.1", "DUNNO", "DUNNO"), ("::1", "DUNNO", "DUNNO"), ("198.51.100.7", "DUNNO", "DUNNO"),
            ("::ffff:198.51.100.7", "DUNNO", "DUNNO"),
        ]
        for test in cases {
            let toHostname = Self.attributes(client: test.client, sender: "a@example.net", recipient: "b@mx.test")
            #expect(client.ask(toHostname) == test.toHostname, "\(test.client)")
            let toOthers = Self.attributes(client: test.client, sender: "a@example.net", recipient: "b@example.com")
            #expect(client.ask(toOthers) == test.toOthers, "\(test.client)")
        }
        let rows = suite.query("greylist", "SELECT client_address FROM postern_greylist_waiting ORDER BY 1")
        #expect(rows == [["192.0.2.1"], ["2001:db8::1"]])
    }

    /// An IPv4 client that came over IPv6 is the same client.
    @Test func mappedAddressesAreIPv4() throws {
        let suite = try Suite(services: Self.services)
        let client = PolicyClient(.tcp(suite.policyPort), tries: 1)
        for address in ["192.0.2.1", "::ffff:192.0.2.1", "::FFFF:c000:201"] {
            let request = Self.attributes(client: address, sender: "a@example.net", recipient: "b@example.com")
            #expect(client.ask(request)?.hasPrefix("451 ") == true)
        }
        let sql = "SELECT client_address, blocked_count FROM postern_greylist_waiting"
        #expect(suite.query("greylist", sql) == [["192.0.2.1", "3"]])
    }

    private static let head =
        "request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=192.0.2.1\nrecipient=b@example.com\n"

    /// Values within their line that are three times as long when they are encoded or repaired: no service hangs up, so
    /// no question is asked again and again.
    @Test func valuesThatGrow() throws {
        let suite = try Suite(services: Self.services)
        for name in ["helo_name", "ccert_subject", "sender"] {
            for byte in [UInt8(ascii: "%"), 0xff, 0x01, 0x00] {
                let socket = try #require(Socket(.tcp(suite.policyPort), timeout: 10))
                let value = [UInt8](repeating: byte, count: 60_000)
                socket.send(Array("\(Self.head)\(name)=".utf8) + value + [10, 10])
                #expect(socket.receiveAction()?.hasPrefix("451 ") == true, "\(name), \(byte)")
            }
        }
        #expect(suite.logLines(with: "is down").isEmpty)
        #expect(suite.logLines(with: "failed=").isEmpty)
    }

    /// All of them together are more than a message may be: the check fails, its service hears nothing of it.
    @Test func aRequestThatGrowsBeyondAMessage() throws {
        let suite = try Suite(
            frontend: "  policies: { default: { RCPT: [reject-to-hostname, greylist] } }", services: Self.services)
        let value = [UInt8](repeating: UInt8(ascii: "%"), count: 22_000)
        var request = Array(Self.head.utf8)
        // None that the log line repeats.
        let names = [
            "helo_name", "protocol_name", "reverse_client_name", "sasl_method", "sasl_sender", "ccert_subject",
            "ccert_issuer", "ccert_fingerprint", "encryption_protocol", "encryption_cipher", "encryption_keysize",
            "etrn_domain", "stress", "ccert_pubkey_fingerprint", "client_port", "policy_context", "server_address",
            "server_port",
        ]
        for name in names { request += Array("\(name)=".utf8) + value + [10] }
        let socket = try #require(Socket(.tcp(suite.policyPort), timeout: 60))
        socket.send(request + [10])
        #expect(socket.receiveAction() == "DUNNO")
        let failed = "failed=greylist: the question is too long to be asked"
        #expect(eventually { suite.logLines(with: failed).count == 1 })
        #expect(suite.logLines(with: "is down").isEmpty)
    }

    /// What a stranger says makes one clean line of the log, and never reaches the reply.
    @Test func injectionIntoTheLog() throws {
        let suite = try Suite()
        let evil: [[UInt8]] = [
            Array("x\r2026-01-01 postern/frontend[1]: action=OK, reason=forged".utf8), [0x1b, 0x5b, 0x32, 0x4a],
            [0x00, 0x61], [0x07, 0x08, 0x7f], [0xc2, 0x85, 0x41], [0xc2, 0x9b, 0x33, 0x31, 0x6d], [0xff, 0xfe],
            [0xed, 0xa0, 0x80], Array("a, action=OK, reason=\"".utf8), Array("%0aaction=OK".utf8),
            Array("\\x0aaction=OK".utf8), Array("\u{2028}action=OK".utf8),
        ]
        let names = ["helo_name", "sasl_username", "ccert_subject", "sender", "recipient", "client_name", "queue_id"]
        let socket = try #require(Socket(.tcp(suite.policyPort), timeout: 10))
        var number = 0
        for name in names {
            for value in evil {
                let head = "request=smtpd_access_policy\nprotocol_state=RCPT\ninstance=inj.\(number).end\n\(name)="
                socket.send(Array(head.utf8) + value + [10, 10])
                let answer = try #require(socket.receiveAction())
                #expect(answer.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }, "\(name)")
                number += 1
            }
        }
        for number in 0..<number {
            #expect(eventually { suite.logLines(with: "instance=inj.\(number).end,").count == 1 }, "\(number)")
        }
        let scalars = suite.log.unicodeScalars.filter { $0 != "\n" }
        #expect(scalars.allSatisfy { $0.properties.generalCategory != .control })
        #expect(suite.log.split(separator: "\n").allSatisfy { $0.hasPrefix("20") || $0.hasPrefix("postern: ") })
    }

    /// Text of a stranger in the replies of the lookup tables.
    @Test func injectionIntoReplies() throws {
        let suite = try Suite()
        let socket = try #require(Socket(.unix(suite.socketmap), timeout: 10))
        socket.send("10:a\u{1b}[2J\r\nb x,")
        let reply = try #require(socket.receiveNetstring())
        #expect(reply.hasPrefix("PERM "))
        #expect(reply.unicodeScalars.allSatisfy { $0.value >= 0x20 })
        let table = try #require(Socket(.tcp(suite.forwardPort), timeout: 10))
        table.send("put \u{1b}[2J\u{7f}\n")
        let line = try #require(table.receive(through: "\n"))
        #expect(line.hasPrefix("500 "))
        #expect(line.unicodeScalars.dropLast().allSatisfy { $0.value > 0x20 && $0.value < 0x7f || $0 == " " })
    }
}
