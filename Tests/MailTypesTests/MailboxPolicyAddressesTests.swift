import MailTypes
import Testing

@Suite struct MailboxPolicyAddressesTests {
    @Test(arguments: [
        (
            "User@sub2.sub1.com.cn",
            [
                "user@sub2.sub1.com.cn", "@sub2.sub1.com.cn", "@.sub2.sub1.com.cn", "@.sub1.com.cn", "@.com.cn", "@.cn",
                "@.",
            ]
        ),
        ("user+x@example.com", ["user+x@example.com", "@example.com", "@.example.com", "@.com", "@."]),
        ("root@localhost", ["root@localhost", "@localhost", "@.localhost", "@."]),
        ("user@[192.0.2.1]", ["user@[192.0.2.1]", "@[192.0.2.1]", "@."]),
        (
            "a@bücher.example",
            ["a@xn--bcher-kva.example", "@xn--bcher-kva.example", "@.xn--bcher-kva.example", "@.example", "@."]
        ),
    ])
    func mostSpecificFirst(address: String, expected: [String]) throws {
        let mailbox = try #require(Mailbox(parsing: address))
        #expect(mailbox.policyAddresses == expected)
    }

    @Test func everyPolicyAddressOfANameIsAPattern() throws {
        let mailbox = try #require(Mailbox(parsing: "user@sub2.sub1.com.cn"))
        let patterns = mailbox.policyAddresses.compactMap(AddressPattern.init(parsing:))
        #expect(patterns.map(\.description) == mailbox.policyAddresses)
    }
}
