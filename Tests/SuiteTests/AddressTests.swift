import SuiteFixture
import Testing

/// Addresses that stopped other policy servers or switched them off. None of them does so here, as sender or as
/// recipient.
@Suite(.serialized) struct AddressTests {
    private static let addresses = [
        "", "postmaster", "@", "@example.net", "a@", "a@b@example.net", "\"a b\"@example.net", "\"a@b\"@example.net",
        "\"a\\\"b\"@example.net", "a@[192.0.2.1]", "a@[IPv6:2001:db8::1]", "o'brien@example.net", "a!b@example.net",
        "a/b@example.net", "{a}@example.net", "a#b@example.net", "a%b@example.net", "a*b@example.net",
        "a@example.\(String(repeating: "t", count: 64))", "a@\(String(repeating: "label.", count: 60))example",
        "ü@bücher.example", "a@xn--bcher-kva.example", "a@BÜCHER.example", "a+b+c@example.net", "a-b=c@example.net",
        "list+owner=user=example.com@example.net", "bounce-1-user=example.com@example.net",
        "prvs=0123456789=a@example.net", "btv1==1234567890==a@example.net", "SRS0=abcd=EF=example.org=a@example.net",
        "a;DROP TABLE throttle@example.net", "a\\@example.net", "a..b@example.net", ".a@example.net", "<a@example.net>",
        "a@example.net.", "a@ex ample.net", "a@exa_mple.net", "a@-example.net", "a@*", "@.", "a@192.0.2.1",
        String(repeating: "l", count: 70_000 / 2) + "@example.net",
    ]

    @Test func greylistingStaysOn() throws {
        let suite = try Suite(services: "greylist: { block-for: 1h }\n")
        try verify(suite) { number, sender, recipient in
            PolicyClient.request([
                "protocol_state": "RCPT", "client_address": "192.0.2.\(number)", "sender": sender,
                "recipient": recipient, "instance": "g.\(number)",
            ])
        } expected: { turn, _ in
            "451 4.7.1 Intentional policy rejection, please try again later"
        }
        let rows = suite.query("greylist", "SELECT count(*), sum(blocked_count) FROM postern_greylist_waiting")
        #expect(rows == [["\(2 * Self.addresses.count)", "\(4 * Self.addresses.count)"]])
    }

    /// A sender of this host's domain who has not logged in is judged in all forms that Postfix delivers as one: here the
    /// domain's SPF record is asked for, and there is no DNS.
    @Test func aDotAtTheEndForgesNothing() throws {
        let suite = try Suite(services: "directory: { local-domains: [example.com] }\n")
        let actions = ["boss@example.com", "boss@example.com.", "BOSS@Example.Com."].map { sender in
            suite.action([
                "protocol_state": "RCPT", "client_address": "192.0.2.1", "sender": sender,
                "recipient": "b@example.com",
            ])
        }
        #expect(actions == Array(repeating: "DEFER_IF_PERMIT 4.4.3 temporary DNS failure", count: 3))
    }

    /// The limit is the login's, whatever the envelope says.
    @Test func limitsStayOn() throws {
        let suite = try Suite()
        let made = suite.postern(["throttle", "set", "--account", "@.", "--period", "86400", "--max-msgs", "1"])
        #expect(made.status == 0)
        try verify(suite) { number, sender, recipient in
            PolicyClient.request([
                "protocol_state": "END-OF-MESSAGE", "client_address": "192.0.2.1", "sender": sender,
                "recipient": recipient, "recipient_count": "1", "size": "100",
                "sasl_username": "u\(number)@example.com",
            ])
        } expected: { turn, sender in
            turn == 0 ? "DUNNO" : "REJECT Throttling quota exceeded"
        }
    }

    /// Each address as sender and as recipient, each request twice.
    private func verify(
        _ suite: Suite, _ request: (Int, String, String) -> String, expected: (Int, String) -> String
    ) throws {
        let socket = try #require(Socket(.tcp(suite.policyPort), timeout: 10))
        for (index, address) in Self.addresses.enumerated() {
            for (side, pair) in [(address, "b@example.edu"), ("a@example.org", address)].enumerated() {
                let text = request(2 * index + side + 1, pair.0, pair.1)
                for turn in 0..<2 {
                    socket.send(text)
                    let name = "\(address.prefix(60)) as \(side == 0 ? "sender" : "recipient"), turn \(turn)"
                    #expect(socket.receiveAction() == expected(turn, pair.0), "\(name)")
                }
            }
        }
        #expect(suite.logLines(with: "failed=").isEmpty)
    }
}
