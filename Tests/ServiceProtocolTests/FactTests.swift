import ServiceProtocol
import Testing

@Suite struct FactTests {
    @Test(arguments: ["local:x.example", "spf-listed:x", "a1-b:c:d", "a:é"]) func namesAreReadAndWritten(_ text: String)
    {
        #expect(FactName(parsing: text)?.description == text)
    }

    @Test(arguments: ["", ":", "a:", ":b", "a", "A:b", "a_b:c", "a:b c", "a:b\n", "a:\u{7f}", "é:b"])
    func othersAreNone(_ text: String) {
        #expect(FactName(parsing: text) == nil)
    }

    @Test(arguments: [(318, true), (319, false)]) func namesAreBounded(_ length: Int, _ isTaken: Bool) {
        #expect((FactName(parsing: "a:" + String(repeating: "x", count: length)) != nil) == isTaken)
    }

    @Test(arguments: [
        ("x.example", true), ("xn--exmple-cua.com", true), ("X.example", false), ("exämple.com", false),
        ("[192.0.2.1]", false), ("x..example", false), (".example", false), ("a b", false), ("", false),
    ])
    func onlyADomainIsAskedFor(_ subject: String, _ isValid: Bool) {
        #expect(FactName(kind: "local", subject: subject).hasValidDomain == isValid)
    }

    /// A longer one would make a name that its provider refuses to read.
    @Test(arguments: [(253, true), (254, false), (310, false)])
    func aDomainIsNoLongerThanDNSAllows(_ length: Int, _ isValid: Bool) {
        let domain = String(String(repeating: "abcdefg.", count: 40).suffix(length - 1)) + "x"
        let clean = domain.hasPrefix(".") ? "y" + domain.dropFirst() : domain
        #expect(clean.utf8.count == length)
        #expect(FactName(kind: "local", subject: clean).hasValidDomain == isValid)
        let name = FactWant(kind: "alias-target", attribute: "sender").name(for: "u@\(clean)")
        #expect((name != nil) == isValid)
        #expect(name.map { FactName(parsing: $0.description) == $0 } ?? true)
    }

    @Test(arguments: [
        ("u@X.Example", "local:x.example"), ("\"a@b\"@x.example", "local:x.example"),
        ("u@exämple.com", "local:xn--exmple-cua.com"),
        ("postmaster", nil), ("u@", nil), ("", nil), ("u@[192.0.2.1]", nil),
    ])
    func aWantIsAboutTheAddresssDomain(_ address: String, _ name: String?) {
        #expect(FactWant(kind: "local", attribute: "recipient").name(for: address)?.description == name)
    }

    @Test func wantsAreReadAndWritten() {
        #expect(FactWant(parsing: "local:recipient") == FactWant(kind: "local", attribute: "recipient"))
        #expect(FactWant(parsing: "recipients") == nil)
        #expect(FactWant(kind: "local", attribute: "sender").description == "local:sender")
    }
}
