import Testing

@testable import Configuration

@Suite struct KeySuggestionTests {
    static let known: Set = ["limit", "names", "bypass-same-domain", "ttl", "mode", "max-size", "min-size"]

    @Test(
        arguments: [
            ("limt", "limit"), ("limiit", "limit"), ("lmiit", "limit"), ("limits", "limit"), ("LIMIT", "limit"),
            ("bypass_same_domain", "bypass-same-domain"), ("bypas-same-domains", "bypass-same-domain"), ("tll", "ttl"),
            ("mac-size", "max-size"), ("mix-size", "max-size"), ("mn-size", "min-size"), ("nmaes", "names"),
            ("limabc", nil), ("xy", nil), ("t", nil), ("", nil), ("something-else", nil),
        ] as [(String, String?)])
    func nearest(_ key: String, _ expected: String?) {
        #expect(KeySuggestion.nearest(to: key, among: Self.known) == expected)
    }

    @Test func nothingKnownSuggestsNothing() {
        #expect(KeySuggestion.nearest(to: "limit", among: []) == nil)
    }
}
