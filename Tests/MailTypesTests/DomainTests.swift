import MailTypes
import Testing

@Suite struct DomainTests {
    @Test(arguments: [
        ("Example.COM", "example.com"), ("localhost", "localhost"), ("a_b.example", "a_b.example"),
        ("-x.example", "-x.example"), ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"), ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ("faß.example", "xn--fa-hia.example"), ("почта.рф", "xn--80a1acny.xn--p1ai"),
        ("u\u{308}ber.example", "xn--ber-goa.example"), ("[192.0.2.1]", "[192.0.2.1]"),
        ("[IPv6:2001:DB8:0::1]", "[ipv6:2001:db8::1]"), ("[ipv6:::ffff:192.0.2.1]", "[192.0.2.1]"),
    ])
    func normalises(text: String, expected: String) {
        #expect(Domain(parsing: text)?.text == expected)
        #expect(Domain(parsing: expected)?.text == expected)
    }

    @Test(arguments: [
        "", ".", ".example.com", "example.com.", "a..b", "a b.example", "a@b", "a/b", "exa*mple", "*", "ü ber.example",
        "a\u{FFFD}.example", "a\u{7F}.example", "a\0.example", "[]", "[", "]", "[192.0.2.1", "[192.0.2.256]", "[foo]",
        "[2001:db8::1]", "[IPv6:192.0.2.1]", "[IPv6:fe80::1%eth0]", "[192.0.2.1].example", "a\u{3002}b",
        "\u{2100}.example", "[\u{301}192.0.2.1]",
    ])
    func refuses(text: String) {
        #expect(Domain(parsing: text) == nil)
    }

    @Test func boundsLabelsAndNames() {
        let label = String(repeating: "a", count: 63)
        #expect(Domain(parsing: "x.\(label)") != nil)
        #expect(Domain(parsing: "x.\(label)a") == nil)
        #expect(Domain(parsing: "\(label)a.x") == nil)
        let longest = String(repeating: "a.", count: 159) + "aa"
        #expect(longest.utf8.count == 320)
        #expect(Domain(parsing: longest) != nil)
        #expect(Domain(parsing: longest + "a") == nil)
    }

    @Test func keepsANameThatCannotBeConverted() {
        // 63 letters are a label; their A-label form is longer than one may be.
        let label = String(repeating: "漢", count: 63)
        #expect(Domain(parsing: "\(label).EXAMPLE")?.text == "\(label).example")
        #expect(Domain(parsing: "\(label)漢.example") == nil)
    }

    @Test(arguments: [
        ("a.b.c", ["b.c", "c"]), ("c", []), ("[192.0.2.1]", []), ("bücher.x.example", ["x.example", "example"]),
    ])
    func parents(text: String, expected: [String]) throws {
        let domain = try #require(Domain(parsing: text))
        #expect(domain.parents.map(\.text) == expected)
        #expect(domain.labelCount == expected.count + 1)
        for parent in domain.parents { #expect(Domain(parsing: parent.text) == parent) }
    }

    @Test(arguments: [
        ("a.example.com", "example.com", true), ("A.EXAMPLE.com", "example.COM", true), ("a.b.c", "c", true),
        ("example.com", "example.com", false), ("xexample.com", "example.com", false),
        ("com", "example.com", false), ("[192.0.2.1]", "example.com", false), ("a.[192", "b", false),
    ])
    func subdomain(text: String, of other: String, expected: Bool) throws {
        let domain = Domain(parsing: text)
        let parent = try #require(Domain(parsing: other))
        #expect((domain?.isSubdomain(of: parent) ?? false) == expected)
    }

    @Test(arguments: [
        ("example.com", true), ("_x.example.com", true), ("-x.example.com", true), ("1.example.com", true),
        ("xn--bcher-kva.example", true), ("почта.рф", true), ("example", false), ("example.c", false),
        ("example.1a", false), ("example.a1", false), ("192.0.2.1", false), ("example._a", false),
        ("[192.0.2.1]", false), ("example.museum", true),
    ])
    func listDomain(text: String, expected: Bool) {
        #expect(Domain(parsing: text)?.isListDomain == expected)
    }

    @Test(arguments: [
        ("com", true), ("c", false), ("co", true), ("xn--p1ai", true), ("рф", true), ("a.b", false), ("a_b", false),
        ("abcdefghijklmnopqrstuvwxy", true), ("abcdefghijklmnopqrstuvwxyz", false), ("[192.0.2.1]", false),
    ])
    func topLevelDomain(text: String, expected: Bool) {
        #expect(Domain(parsing: text)?.isTopLevelDomain == expected)
    }

    @Test func addressLiteral() {
        #expect(Domain(parsing: "[192.0.2.1]")?.isAddressLiteral == true)
        #expect(Domain(parsing: "192.0.2.1")?.isAddressLiteral == false)
    }

    @Test func equalsInNormalForm() {
        #expect(Domain(parsing: "BÜCHER.Example") == Domain(parsing: "xn--bcher-kva.example"))
        #expect(Domain(parsing: "a.example") != Domain(parsing: "b.example"))
    }
}
