import NameServerFixture
import PostfixProtocol
import Reputation
import ServiceProtocol
import SuiteFixture
import Testing

/// The checks `dnsbl`, `dnswl` and `domain-list`, and the health of lists, against a real server.
@Suite(.serialized) struct DNSListTests {
    private static let soundTests = """
        2.0.0.127.dnsbl.test. IN A 127.0.0.2
        2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.dnsbl.test. IN A 127.0.0.2
        test.dbl.test. IN A 127.0.1.2
        """

    private static let zone =
        soundTests + """

            7.113.0.203.dnsbl.test. IN A 127.0.0.2
            7.113.0.203.dnsbl.test. IN A 127.0.0.10
            7.113.0.203.dnsbl.test. IN TXT "listed, see http://dnsbl.test/"
            8.113.0.203.dnsbl.test. IN A 127.255.255.254
            9.113.0.203.dnsbl.test. IN A 192.0.2.1
            7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.dnsbl.test. IN A 127.0.0.4
            2.0.0.127.k3y.keyed.test. IN A 127.0.0.2
            7.113.0.203.k3y.keyed.test. IN A 127.0.0.2
            bad.example.dbl.test. IN A 127.0.1.2
            mx.bad.example.dbl.test. IN A 127.0.1.4
            xn--bcher-kva.example.dbl.test. IN A 127.0.1.2
            """

    private static let listed: [PolicyAttribute: String] = [.clientAddress: "203.0.113.7"]

    @Test func clientsOfBothFamilies() async throws {
        let server = try NameServer(zone: Self.zone)
        let asking = try Asking(server.address, "  dnsbl: [{ zone: dnsbl.test, score: 5 }]")
        #expect(
            await asking.outcome("dnsbl", Self.listed)
                == "REJECT delivery from 203.0.113.7 rejected (listed, see http://dnsbl.test/)"
                + " | listed by dnsbl.test (127.0.0.2,127.0.0.10) | 5.0")
        #expect(await asking.outcome("dnsbl", [.clientAddress: "203.0.113.6"]) == "none")
        #expect(
            await asking.outcome("dnsbl", [.clientAddress: "2001:db8::7"])
                == "REJECT delivery from 2001:db8::7 rejected | listed by dnsbl.test (127.0.0.4) | 5.0")
        // A mapped address is the IPv4 address.
        #expect(await asking.outcome("dnsbl", [.clientAddress: "::ffff:203.0.113.7"]).hasPrefix("REJECT"))
        #expect(await asking.outcome("dnsbl", [.clientAddress: "unknown"]) == "none | client without address")
        #expect(await asking.outcome("dnsbl", [.clientAddress: "127.0.0.1"]) == "none | local client")
    }

    @Test func classesOfAnswersHaveActionsOfTheirOwn() async throws {
        let server = try NameServer(zone: Self.zone)
        let asking = try Asking(
            server.address,
            """
              dnsbl:
                - zone: dnsbl.test
                  codes:
                    - { match: [127.0.0.10-11], name: PBL, action: "550 5.7.1 %IP% is on %LIST% as %CODE%", score: 3 }
                    - { match: [127.0.0.4-7], name: XBL, action: HOLD, score: 2 }
            """)
        // Every returned record counts, not only the first.
        #expect(
            await asking.outcome("dnsbl", Self.listed)
                == "550 5.7.1 203.0.113.7 is on dnsbl.test as PBL | listed by dnsbl.test (PBL) | 3.0")
        #expect(await asking.outcome("dnsbl", [.clientAddress: "2001:db8::7"]).hasPrefix("HOLD | listed"))
    }

    @Test func welcomeClientsPass() async throws {
        let server = try NameServer(zone: Self.zone)
        let asking = try Asking(server.address, "  dnswl: [{ zone: dnsbl.test, score: -5 }]")
        #expect(
            await asking.outcome("dnswl", Self.listed)
                == "pass | listed by dnsbl.test (127.0.0.2,127.0.0.10) | -5.0")
        #expect(await asking.outcome("dnsbl", Self.listed) == "none | no list for this client")
    }

    /// The key stands in the name that is asked for, and nowhere else.
    @Test func keys() async throws {
        let server = try NameServer(zone: Self.zone)
        let directory = try TemporaryDirectory()
        let key = try directory.write("k3y\n", to: "key", mode: 0o600)
        let asking = try Asking(
            server.address,
            "  dnsbl: [{ zone: keyed.test, key-file: \(key), families: [ipv4], action: \"REJECT %LIST%\" }]")
        #expect(await asking.outcome("dnsbl", Self.listed) == "REJECT keyed.test | listed by keyed.test (127.0.0.2)")
        server.kill()
        _ = await asking.outcome("dnsbl", [.clientAddress: "203.0.113.99"])
        let lists = "\(await asking.administer("list", ["what": "lists"]))"
        #expect(lists.contains("keyed.test"))
        #expect(!lists.contains("k3y") && !asking.logged.joined().contains("k3y"))
    }

    @Test func aRefusalIsNoListing() async throws {
        let server = try NameServer(zone: Self.zone)
        let asking = try Asking(server.address, "  dnsbl: [{ zone: dnsbl.test }]")
        let problem = "it refuses to answer this resolver (127.255.255.254)"
        #expect(await asking.outcome("dnsbl", [.clientAddress: "203.0.113.8"]) == "error: dnsbl.test: \(problem)")
        // From then on it is not asked.
        #expect(await asking.outcome("dnsbl", Self.listed) == "error: dnsbl.test: set aside: \(problem)")
        #expect(asking.logged == ["warning: dnsbl dnsbl.test (ipv4) is set aside: \(problem)"])
        let aside = asking.service.statistics().first { $0.name == "lists.set-aside" }
        #expect(aside?.value == "1", "\(asking.logged)")
    }

    @Test func anAnswerThatIsNoListsIsNoListing() async throws {
        let server = try NameServer(zone: Self.zone)
        let asking = try Asking(server.address, "  dnsbl: [{ zone: dnsbl.test, health-check: false }]")
        #expect(
            await asking.outcome("dnsbl", [.clientAddress: "203.0.113.9"])
                == "error: dnsbl.test: it answers 192.0.2.1, which is no answer of a list")
        #expect(await asking.outcome("dnsbl", Self.listed).hasPrefix("REJECT"))
    }

    @Test func aZoneThatListsEverythingIsSetAside() async throws {
        let server = try NameServer(zone: "*.dnsbl.test. IN A 127.0.0.2\n*.dead.test. IN A 192.0.2.80")
        let asking = try Asking(server.address, "  dnsbl: [{ zone: dnsbl.test }, { zone: dead.test }]")
        #expect(await asking.outcome("dnsbl", Self.listed).hasPrefix("error: dnsbl.test: set aside: it lists what no"))
        #expect(asking.logged.contains("warning: dnsbl dnsbl.test (ipv4) is set aside: it lists what no list may list"))
        #expect(
            await asking.eventually {
                asking.logged.contains(
                    "warning: dnsbl dead.test (ipv4) is set aside: it answers 192.0.2.80, which is no answer of a list")
            })
    }

    @Test func aDeadZoneIsSetAside() async throws {
        let server = try NameServer(zone: "x.test. IN A 192.0.2.1")
        let asking = try Asking(
            server.address, "  dnsbl: [{ zone: gone.test }, { zone: list.servfail.test }, { zone: list.timeout.test }]")
        let lists = ["gone.test", "list.servfail.test", "list.timeout.test"]
        let reasons = ["it does not list its test entry", "the resolver failed or refused", "no answer in time"]
        for (list, reason) in zip(lists, reasons) {
            let line = "warning: dnsbl \(list) (ipv6) is set aside: \(reason)"
            #expect(await asking.eventually { asking.logged.contains(line) })
        }
        #expect(await asking.outcome("dnsbl", Self.listed).hasPrefix("error: gone.test: set aside"))
    }

    @Test func aListThatIsWellAgainComesBack() async throws {
        let server = try NameServer(zone: Self.zone)
        server.kill()
        let asking = try Asking(server.address, "  dnsbl: [{ zone: dnsbl.test, families: [ipv4] }]")
        #expect(await asking.outcome("dnsbl", Self.listed).hasPrefix("error: dnsbl.test: "))
        try server.start()
        #expect(await asking.eventually { await asking.outcome("dnsbl", Self.listed).hasPrefix("REJECT") })
        #expect(asking.logged.last == "notice: dnsbl dnsbl.test (ipv4) answers as it should again")
        // A reload keeps what is known of it.
        try asking.apply(server.address, "  dnsbl: [{ zone: dnsbl.test, families: [ipv4], action: HOLD }]")
        #expect(await asking.outcome("dnsbl", Self.listed).hasPrefix("HOLD"))
        #expect(asking.logged.count == 2)
    }

    @Test func theTestEntriesCanBeOthers() async throws {
        let server = try NameServer(zone: "1.2.0.192.odd.test. IN A 127.0.0.2\n7.113.0.203.odd.test. IN A 127.0.0.2")
        let list = "zone: odd.test, families: [ipv4], test-listed: 192.0.2.1, test-unlisted: 192.0.2.2, action: REJECT"
        let asking = try Asking(server.address, "  dnsbl: [{ \(list) }]")
        #expect(await asking.outcome("dnsbl", Self.listed).hasPrefix("REJECT"))
    }

    @Test func domains() async throws {
        let server = try NameServer(zone: Self.zone)
        let asking = try Asking(server.address, "  domain-list: [{ zone: dbl.test }]")
        #expect(
            await asking.outcome("domain-list", [.sender: "a@Bad.Example"])
                == "REJECT sender rejected (bad.example) | listed by dbl.test as sender bad.example (127.0.1.2) | 5.0")
        #expect(
            await asking.outcome("domain-list", [.sender: "a@bücher.example"]).hasPrefix(
                "REJECT sender rejected (xn--bcher-kva.example)"))
        #expect(
            await asking.outcome("domain-list", [.reverseClientName: "mx.bad.example", .sender: "a@good.example"])
                .hasPrefix("REJECT reverse-name rejected (mx.bad.example)"))
        #expect(
            await asking.outcome("domain-list", [.heloName: "mx.bad.example."])
                == "none | listed by dbl.test as helo mx.bad.example (127.0.1.4) | 1.0")
        for (name, value): (PolicyAttribute, String) in [
            (.sender, ""), (.sender, "a@localhost"), (.sender, "a@[192.0.2.1]"), (.reverseClientName, "unknown"),
            (.heloName, "[192.0.2.1]"), (.heloName, "192.0.2.1"), (.heloName, "laptop"), (.heloName, "a..b"),
        ] {
            #expect(await asking.outcome("domain-list", [name: value]) == "none | nothing to look up", "\(value)")
        }
    }

    @Test func domainClassesAndHealth() async throws {
        let server = try NameServer(zone: Self.zone)
        let asking = try Asking(
            server.address,
            """
              domain-list:
                - { zone: dbl.test, codes: [{ match: [127.0.1.4], name: phish, action: "REJECT %CODE%", score: 8 }] }
                - { zone: gone.test }
            """)
        #expect(await asking.outcome("domain-list", [.heloName: "mx.bad.example"]).hasPrefix("REJECT phish | listed"))
        #expect(await asking.outcome("domain-list", [.sender: "a@bad.example"]).hasPrefix("none | gone.test"))
        #expect(
            await asking.eventually {
                asking.logged == ["warning: domain-list gone.test is set aside: it does not list its test entry"]
            })
    }

    /// Where Postfix asks directly, nobody else decides to whom the lists apply.
    @Test func usersAreNotRefusedWhenPostfixAsksDirectly() async throws {
        let server = try NameServer(zone: Self.zone)
        let asking = try Asking(server.address, "  dnsbl: [{ zone: dnsbl.test }]")
        var user = Self.listed
        user[.saslUsername] = "anna"
        #expect(await asking.check("dnsbl", user, isDirect: true).text == "none | authenticated")
        #expect(await asking.check("dnsbl", Self.listed, isDirect: true).text.hasPrefix("REJECT"))
        #expect(
            await asking.check("dnsbl", [.clientAddress: "198.18.0.1"], isDirect: true).text == "none | trusted client")
    }
}
