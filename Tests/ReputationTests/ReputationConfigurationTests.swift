import Configuration
import DNS
import DNSClient
import SPF
import ServiceProtocol
import Testing

@testable import Reputation

@Suite struct ReputationConfigurationTests {
    private static func read(_ text: String) throws(ConfigurationErrors) -> ReputationConfiguration {
        try ConfigurationDocument(text: "reputation:\n\(text)", file: "f").read { top in
            ReputationConfiguration(
                from: top.mapping("reputation"), common: CommonConfiguration(from: top.mapping("common")))
        }
    }

    private static func text(_ configuration: ReputationConfiguration) -> String {
        ConfigurationPrinter.yaml(ConfigurationNode(mapping: [("reputation", configuration.normalised())]))
    }

    private static let everything = """
          resolver:
            servers: [127.0.0.1:5300, "[2001:db8::1]:53"]
            query-timeout: 1s
            cache-entries: 10
            cache-memory: 1M
            max-in-flight: 7
          spf:
            timeout: 2s
            check-helo: false
            whitelist: [192.0.2.0/24]
            pass: { action: pass, score: -1 }
            softfail: { action: HOLD softfail, score: 2.5 }
            fail: { action: "550 5.7.23 %EXPLANATION% (%RESULT% of %IDENTITY% %DOMAIN% for %IP%)", score: 3 }
            temperror: { action: none, score: 0 }
            permerror: { action: none, score: 0.5 }
          dnsbl:
            - zone: dnsbl.test
              name: mine
              action: REJECT %IP% is on %LIST% as %CODE% %INFO%
              score: 4
              codes:
                - { match: [127.0.0.2, 127.0.0.4-7], name: bad, action: "REJECT bad", score: 9 }
                - { match: [127.0.0.16/28] }
              families: [ipv4]
              health-check: false
              test-listed: 127.0.0.9
          dnswl:
            - { zone: dnswl.test, score: -5 }
          domain-list:
            - { zone: dbl.test, sender: { score: 7 }, helo: { action: REJECT %CHECK% %HOSTNAME%%INFO% }, test-listed: x.test }
          senderscore: { zone: score.test, reject-score: 10, cache-days: 3, action: "REJECT %SCORE%" }
          store: { engine: postgresql }
        """

    @Test func whatIsPrintedReadsBack() throws {
        for text in ["", Self.everything] {
            let printed = Self.text(try Self.read(text))
            #expect(Self.text(try Self.read(printed.replacing("reputation:\n", with: ""))) == printed)
        }
    }

    @Test func everyKey() throws {
        let read = try Self.read(Self.everything)
        #expect(read.resolver.settings.servers?.map(\.description) == ["127.0.0.1:5300", "[2001:db8::1]:53"])
        #expect(read.resolver.settings.queryLimit == 1_000)
        #expect(read.resolver.settings.flights.questions == 7)
        #expect(read.spf.actions[.softfail]?.score == 2.5)
        #expect(read.blockLists[0].classes.map(\.name) == ["bad", "127.0.0.16/28"])
        #expect(read.blockLists[0].family("ipv6") == nil)
        #expect(read.blockLists[0].family("ipv4")?.listed.description == "9.0.0.127")
        #expect(read.welcomeLists[0].action.action.text == "pass")
        let mapped = "2.0.0.0.0.0.f.7.f.f.f.f" + String(repeating: ".0", count: 20)
        #expect(read.welcomeLists[0].family("ipv6")?.listed.description == mapped)
        #expect(read.domainLists[0].actions[.sender]?.score == 7)
        #expect(read.domainLists[0].actions[.sender]?.action.text == "REJECT %CHECK% rejected (%HOSTNAME%%INFO%)")
        #expect(read.domainLists[0].actions[.reverseName]?.score == 2.5)
        #expect(read.domainLists[0].listed.description == "x.test")
        #expect(read.domainLists[0].unlisted.description == "invalid")
        #expect(read.senderScore.limit == 10)
    }

    @Test func defaults() throws {
        let read = try Self.read("")
        #expect(read.resolver.settings.servers == nil)
        #expect(read.spf.timeout == .seconds(4))
        #expect(read.spf.checksHelo)
        #expect(read.blockLists.isEmpty && read.welcomeLists.isEmpty && read.domainLists.isEmpty)
        #expect(read.senderScore.limit == 30 && read.senderScore.cacheDays == 2)
    }

    @Test(arguments: [
        (
            "  resolver: { servers: [] }",
            "expected one to eight servers; without this key those of the system are asked"
        ),
        ("  resolver: { servers: [ns.example] }", "expected the address of a DNS server such as 127.0.0.1"),
        ("  resolver: { query-timeout: 1m }", "reputation.resolver.query-timeout: expected"),
        ("  spf: { fail: { action: REJCT } }", "expected none, pass or a Postfix action such as REJECT with a text"),
        ("  spf: { fail: { action: REJECT %INFO% } }", "there is no placeholder %INFO% here, only %IP%, %DOMAIN%"),
        ("  spf: { pass: { action: REDIRECT %IP%@x.example } }", "what a stranger wrote cannot be a destination"),
        ("  spf: { fail: { score: many } }", "expected a number from -1000000 to 1000000, such as 2.5, found many"),
        ("  spf: { neutral: {} }", "reputation.spf.neutral: unknown key"),
        ("  dnsbl: [zen.example]", "expected a mapping"),
        ("  dnsbl: [{ name: x }]", "reputation.dnsbl[0].zone: required, but not given"),
        ("  dnsbl: [{ zone: a..b }]", "expected the name of a zone such as dnsbl.example"),
        ("  dnsbl: [{ zone: a.b }, { zone: A.b }]", "a.b stands here twice; give one of them another name"),
        ("  dnsbl: [{ zone: a.b, families: [] }]", "expected ipv4, ipv6 or both"),
        ("  dnsbl: [{ zone: a.b, codes: [{ match: [127.0.0.300] }] }]", "expected an answer such as 127.0.0.2"),
        ("  dnsbl: [{ zone: a.b, codes: [{ match: [] }] }]", "expected at least one address"),
        ("  dnsbl: [{ zone: a.b, test-listed: \"::1\" }]", "expected an IPv4 address"),
        ("  dnsbl: [{ zone: a.b, key: secret }]", "a secret does not belong here; put it into a file"),
        ("  domain-list: [{ zone: a.b, sender: { action: REJECT %FOO% } }]", "there is no placeholder %FOO% here"),
        ("  senderscore: { reject-score: 101 }", "reputation.senderscore.reject-score: expected"),
        ("  senderscore: { cache-days: 0 }", "reputation.senderscore.cache-days: expected"),
    ])
    func faults(text: String, message: String) {
        let error = #expect(throws: ConfigurationErrors.self) { try Self.read(text) }
        #expect("\(String(describing: error))".contains(message), "\(String(describing: error))")
    }
}
