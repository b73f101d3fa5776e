import Glibc
import NameServerFixture
import SuiteFixture
import Synchronization
import Testing

/// Reputation as Postfix sees it: through the frontend, with greylisting beside it.
@Suite(.serialized) struct SuiteReputationTests {
    private static let zone = """
        2.0.0.127.pbl.test. IN A 127.0.0.2
        7.113.0.203.pbl.test. IN A 127.0.0.10
        lists.example. IN TXT "v=spf1 ip4:203.0.113.0/24 -all"
        other.example. IN TXT "v=spf1 ip4:198.51.100.0/24 -all"
        \((0..<400).map { "ok\($0).example. IN TXT \"v=spf1 ip4:203.0.113.7 -all\"" }.joined(separator: "\n"))
        """

    private static func reputation(_ server: String, _ keys: String = "") -> String {
        "reputation:\n  resolver: { servers: [\(server)], query-timeout: 1s }\n\(keys)\n"
    }

    private static func ask(_ suite: Suite, _ attributes: KeyValuePairs<String, String>) -> String? {
        PolicyClient(.tcp(suite.policyPort), tries: 1).ask(PolicyClient.request(attributes))
    }

    private static func action(
        _ suite: Suite, sender: String = "a@none.example", client: String = "203.0.113.7", user: String = "",
        recipient: String = "b@example.com", instance: String = "i"
    ) -> String? {
        ask(
            suite,
            [
                "protocol_state": "RCPT", "client_address": client, "sender": sender, "sasl_username": user,
                "recipient": recipient, "instance": instance, "helo_name": "h.none.example",
            ])
    }

    /// A user at home is on a list of addresses that may not send mail themselves. He is not asked about.
    @Test func usersAreNotLookedUp() throws {
        let server = try NameServer(zone: Self.zone)
        let suite = try Suite(
            common: "  trusted-networks: [203.0.113.0/25]",
            frontend: """
                  policies:
                    default: { RCPT: [dnsbl, senderscore, domain-list, spf, dnswl] }
                    strict: { RCPT: [{ check: dnsbl, applies-to: all }] }
                """, services: Self.reputation(server.address, "  dnsbl: [{ zone: pbl.test, families: [ipv4] }]"))
        let refusal = "REJECT delivery from 203.0.113.7 rejected"
        #expect(Self.action(suite, user: "anna@example.com") == "DUNNO")
        // Nor is a trusted client.
        #expect(Self.action(suite) == "DUNNO")
        #expect(suite.process(of: "reputation") == nil)
        #expect(
            Self.ask(
                suite,
                [
                    "protocol_state": "RCPT", "client_address": "203.0.113.7", "sasl_username": "anna",
                    "policy_context": "strict",
                ]) == refusal)
        try suite.rewriteConfiguration { $0.replacing("203.0.113.0/25", with: "203.0.113.128/25") }
        #expect(suite.postern(["reload"]).status == 0)
        #expect(Self.action(suite, user: "anna@example.com") == "DUNNO")
        #expect(Self.action(suite) == refusal)
    }

    /// A verdict that cost a question to the network is kept for the message's other recipients.
    @Test func oneQuestionForAllRecipients() throws {
        let server = try NameServer(zone: Self.zone)
        let suite = try Suite(
            frontend: "  policies: { default: { RCPT: [{ check: dnsbl, mode: shadow }, spf] } }",
            services: Self.reputation(server.address, "  dnsbl: [{ zone: pbl.test, families: [ipv4] }]"))
        for number in 0..<5 {
            #expect(Self.action(suite, sender: "a@lists.example", recipient: "r\(number)@example.com") == "DUNNO")
        }
        let lines = suite.postern(["status", "reputation"]).output.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("checks.spf.none") && $0.hasSuffix(" 1") })
        #expect(lines.contains { $0.hasPrefix("checks.dnsbl.REJECT") && $0.hasSuffix(" 1") })
        #expect(!suite.logLines(with: "dnsbl=REJECT").isEmpty || !suite.logLines(with: "shadow").isEmpty)
    }

    @Test func theFailureRuleHolds() throws {
        let suite = try Suite(
            frontend: """
                  policies:
                    default: { RCPT: [{ check: dnsbl, on-failure: defer }] }
                    open: { RCPT: [dnsbl] }
                """, services: Self.reputation("127.0.0.1:9", "  dnsbl: [{ zone: pbl.test }]"))
        #expect(Self.action(suite) == "DEFER_IF_PERMIT 4.3.5 Service temporarily unavailable")
        #expect(
            Self.ask(suite, ["protocol_state": "RCPT", "client_address": "203.0.113.7", "policy_context": "open"])
                == "DUNNO")
    }

    @Test func aClientThatTheSendersDomainListsIsNotGreylisted() throws {
        let server = try NameServer(zone: Self.zone)
        let suite = try Suite(
            services: "greylist: { block-for: 1h, spf-bypass: true, spf-bypass-except: [ok1.example] }\n"
                + Self.reputation(server.address))
        #expect(Self.action(suite, sender: "a@lists.example") == "DUNNO")
        #expect(Self.action(suite, sender: "a@other.example")?.hasPrefix("451 4.7.1") == true)
        #expect(Self.action(suite, sender: "a@ok1.example")?.hasPrefix("451 4.7.1") == true)
        #expect(Self.action(suite, sender: "")?.hasPrefix("451 4.7.1") == true)
        // Nothing was recorded for the one that passed.
        #expect(suite.query("greylist", "SELECT count(*) FROM postern_greylist_waiting") == [["3"]])
        // What the DNS does not say is no reason to let a stranger pass, and none to refuse him for good.
        server.kill()
        #expect(Self.action(suite, sender: "a@ok2.example", client: "203.0.113.8")?.hasPrefix("451 4.7.1") == true)
    }

    /// A thousand requests at once whose DNS never answers: each ends by its own limit, and all others are answered as if
    /// they were not there.
    @Test func aThousandThatNeverEnd() throws {
        let server = try NameServer(zone: Self.zone)
        let suite = try Suite(
            frontend: """
                  policies:
                    default: { RCPT: [{ check: spf, limit: 4s }] }
                    quick: { RCPT: [{ check: spf, limit: 2s }] }
                """,
            services: """
                reputation:
                  resolver: { servers: [\(server.address)], query-timeout: 5s }
                  spf: { timeout: 3s, pass: { action: "PREPEND X-SPF: %RESULT%" }, check-helo: false }

                """)
        // One answer, so that the process is there.
        #expect(Self.action(suite, sender: "a@ok0.example") == "PREPEND X-SPF: pass")
        let process = try #require(suite.process(of: "reputation"))
        let before = try #require(ProcessMemory.kibibytes(of: process))
        var limit = rlimit(rlim_cur: 4_096, rlim_max: 4_096)
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = min(limit.rlim_max, 8_192)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let sockets = (0..<1_000).compactMap { _ in Socket(.tcp(suite.policyPort)) }
        #expect(sockets.count == 1_000)
        for (number, socket) in sockets.enumerated() {
            socket.send(
                PolicyClient.request([
                    "protocol_state": "RCPT", "client_address": "203.0.113.7", "sender": "a@d\(number).timeout.test",
                    "instance": "slow.\(number)",
                ]))
        }
        // Others, whose DNS has to be asked too, are answered meanwhile.
        let client = PolicyClient(.tcp(suite.policyPort), tries: 1)
        for number in 1..<200 {
            #expect(
                client.ask(
                    PolicyClient.request([
                        "protocol_state": "RCPT", "client_address": "203.0.113.7", "sender": "a@ok\(number).example",
                        "policy_context": "quick", "instance": "quick.\(number)",
                    ])) == "PREPEND X-SPF: pass")
        }
        let status = suite.postern(["status", "reputation"]).output
        #expect(status.split(separator: "\n").contains { $0.hasPrefix("dns.under-way") && $0.hasSuffix(" 1000") })
        let answer = "action=DEFER_IF_PERMIT 4.4.3 SPF validation failed for now: no answer in time at d"
        for (number, socket) in sockets.enumerated() {
            let reply = socket.receive(through: "\n\n") ?? ""
            #expect(reply.hasPrefix("\(answer)\(number).timeout.test"), "\(reply)")
        }
        #expect(ProcessMemory.hasStayed(process, within: 24 * 1_024, above: before))
        #expect(suite.process(of: "reputation") == process)
        #expect(Self.action(suite, sender: "a@ok300.example", instance: "after") == "PREPEND X-SPF: pass")
        #expect(suite.logLines(with: "failed=").isEmpty)
    }

    // MARK: - Whitelisted domains

    private static func networks(_ suite: Suite) -> [String] {
        suite.query("greylist", "SELECT sender || ' ' || comment FROM greylisting_whitelist_domain_spf ORDER BY sender")
            .map { $0.joined() }
    }

    @Test func theServersOfWhitelistedDomains() throws {
        let server = try NameServer(zone: Self.zone)
        let suite = try Suite(
            services: "greylist: { block-for: 1h, spf-bypass: false, whitelist-refresh: 1m }\n"
                + Self.reputation(server.address))
        #expect(Self.action(suite, client: "203.0.113.50")?.hasPrefix("451") == true)
        // The domains that are shipped have no record in this DNS.
        #expect(eventually { suite.postern(["status", "frontend"]).output.contains("upkeep.greylist.done") })
        #expect(Self.networks(suite).isEmpty)
        #expect(suite.postern(["greylist", "whitelist-domain", "lists.example"]).output == "done\n")
        #expect(eventually { Self.networks(suite) == ["203.0.113.0/24 AUTO-UPDATE: lists.example"] })
        #expect(eventually { Self.action(suite, client: "203.0.113.50") == "DUNNO" })
        // The record changes, and the entries with it.
        try server.serve(
            "lists.example. IN MX 10 mx.lists.example.\nmx.lists.example. IN A 192.0.2.9\nmx.lists.example. IN AAAA 2001:db8::9"
        )
        #expect(suite.postern(["reload", "reputation"]).status == 0)
        #expect(suite.killNine("reputation"))
        let refresh = { suite.postern(["greylist", "whitelist-domain", "lists.example"]).status == 0 }
        let others = ["192.0.2.9 AUTO-UPDATE: lists.example", "2001:db8::9 AUTO-UPDATE: lists.example"]
        #expect(refresh())
        #expect(eventually { Self.networks(suite) == others })
        #expect(eventually { Self.action(suite, client: "203.0.113.50", instance: "2")?.hasPrefix("451") == true })
        #expect(Self.action(suite, client: "2001:db8::9", instance: "3") == "DUNNO")
        // A look-up that fails leaves what the last good one brought.
        server.kill()
        #expect(suite.killNine("reputation"))
        let done = Self.runs(suite)
        #expect(refresh())
        #expect(eventually(within: 20) { Self.runs(suite) > done })
        #expect(Self.networks(suite) == others)
        #expect(suite.postern(["greylist", "whitelist-domain", "lists.example", "--remove"]).output == "done\n")
        #expect(Self.networks(suite).isEmpty)
    }

    private static func runs(_ suite: Suite) -> Int {
        let lines = suite.postern(["status", "frontend"]).output.split(separator: "\n")
        return lines.first { $0.hasPrefix("upkeep.greylist.done") }.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }
}
