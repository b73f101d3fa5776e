import MailTypes
import Testing

@testable import Directory

@Suite struct PostfixSettingsTests {
    @Test(
        arguments: [
            ("", []), ("a.test", ["a.test"]), ("a.test, b.test\tc.test", ["a.test", "b.test", "c.test"]),
            ("inline:{ {a = b, c}, {d = e} }, x", ["inline:{ {a = b, c}, {d = e} }", "x"]), ("a}b", ["a}b"]),
        ] as [(String, [String])])
    func words(_ text: String, _ words: [String]) {
        #expect(PostfixSettings.words(text) == words)
    }

    @Test func parameters() {
        let settings = PostfixSettings(
            """
            mydestination = mx.test, !Not.test, !/etc/postfix/not, hash:/etc/postfix/local
            virtual_alias_domains =
            virtual_mailbox_domains = proxy:mysql:/etc/postfix/domains.cf
            relay_domains = /etc/postfix/relay
            virtual_alias_maps = proxy:hash:/etc/postfix/virtual, socketmap:unix:private/map:name
            parent_domain_matches_subdomains = debug_peer_list,relay_domains
            """)
        typealias Pattern = PostfixSettings.Pattern
        #expect(
            settings.local == [
                [
                    Pattern(kind: .domain("mx.test"), isNegated: false),
                    Pattern(kind: .domain("not.test"), isNegated: true),
                    Pattern(kind: .file("/etc/postfix/not"), isNegated: true),
                    Pattern(kind: .table("hash:/etc/postfix/local"), isNegated: false),
                ], [], [Pattern(kind: .table("mysql:/etc/postfix/domains.cf"), isNegated: false)],
            ])
        #expect(settings.relay == [Pattern(kind: .file("/etc/postfix/relay"), isNegated: false)])
        #expect(settings.relayCoversSubdomains)
        #expect(settings.aliases == ["hash:/etc/postfix/virtual", "socketmap:unix:private/map:name"])
        #expect(settings.mailboxes.isEmpty)
    }

    /// What one of the two knows is known; a failure matters only where the other knows nothing.
    @Test func merging() {
        let yes = Answer.domain(DomainEntry(hosting: .local))
        let no = Answer.domain(.unknown)
        let failed = Answer.failed("down")
        for (left, right, merged) in [
            (yes, no, yes), (no, yes, yes), (no, no, no), (failed, yes, yes), (yes, failed, yes), (failed, no, failed),
            (no, failed, failed),
        ] { #expect(PostfixSource.merge(left, right) == merged) }
    }

    @Test(
        arguments: [
            (#"{"_success": true}"#, true), (#"{ "a": 1, "_success" : true }"#, true), (#"{"_success": false}"#, false),
            (#"{"_success": "true"}"#, false), (#"[{"_success": true}]"#, false), ("", false), ("{}", false),
            (#"{"_msg": "\"_success\": true"}"#, false),
        ])
    func subscribers(_ body: String, _ isYes: Bool) {
        #expect(SubscriberAnswer.isYes(Array(body.utf8)) == isYes)
    }
}
