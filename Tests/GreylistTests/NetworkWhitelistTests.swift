import MailTypes
import Testing

@testable import Greylist

@Suite struct NetworkWhitelistTests {
    static let list = NetworkWhitelist([
        ("@.", "192.0.2.128/25"), ("@Rcpt.example", "10.0.0.5/7"), ("@.", "2001:DB8:0:0::/48"),
        ("@.", "2001:db8:9::1"), ("@.", "a/b@sender.example"), ("@.", "x"),
    ])

    @Test(
        arguments: [
            ("192.0.2.200", "b@rcpt.example", "192.0.2.128/25"), ("192.0.2.1", "b@rcpt.example", nil),
            ("11.2.3.4", "b@rcpt.example", "10.0.0.0/7"), ("11.2.3.4", "b@other.example", nil),
            ("2001:db8::5", "b@other.example", "2001:db8::/48"), ("2001:db8:9:0::1", "", "2001:db8:9::1/128"),
            ("2001:db8:9::2", "", nil),
        ] as [(String, String, String?)])
    func match(client: String, recipient: String, expected: String?) throws {
        #expect(try Self.list.match(subject(client, to: recipient))?.description == expected)
    }

    @Test func whatIsNoNetworkIsLeftOut() {
        #expect(Self.list.count == 4)
    }
}
