import NIOCore
import PostfixProtocol
import ServiceProtocol
import Testing

@Suite struct HelloTests {
    private static let throttle = Hello(
        service: "throttle", version: "1.2", process: "7-1", checks: ["throttle", "quota"], records: ["throttle"],
        keyed: ["throttle"],
        provides: ["usage"],
        wants: [FactWant(kind: "local", attribute: "recipient"), FactWant(kind: "alias-target", attribute: "sender")],
        wantsRecipients: true)

    @Test func itIsWrittenAsAttributes() {
        let expected = [
            "service=throttle", "version=1.2", "process=7-1", "checks=throttle quota", "records=throttle",
            "keyed=throttle",
            "provides=usage", "wants=local:recipient alias-target:sender recipients",
        ]
        #expect(lines(Self.throttle.encode) == expected)
        #expect(String(buffer: Hello.request) == "request=hello\n")
    }

    @Test(arguments: [throttle, Hello(service: "srs", version: "")]) func itIsReadBack(_ hello: Hello) throws {
        #expect(Hello(try sent(hello.encode)) == hello)
    }

    @Test func whoSaysNothingReadsEverything() throws {
        func reads(_ lines: String...) throws -> PolicyAttributeSet? {
            Hello(try AttributeList(ByteBuffer(string: "protocol=1\nservice=x\n" + lines.joined())))?.reads
        }
        #expect(try reads() == .all)
        #expect(try reads("reads=\n") == [])
        #expect(try reads("reads=sender client_address\n") == [.clientAddress, .sender])
        #expect(try reads("reads=sender of_a_later_postfix\n") == [.sender])
        let narrow = Hello(service: "x", reads: [.size, .sender])
        #expect(lines(narrow.encode).contains("reads=sender size"))
        #expect(Hello(try sent(narrow.encode)) == narrow)
        #expect(!lines(Self.throttle.encode).contains { $0.hasPrefix("reads=") })
    }

    @Test func aNewerOneIsUnderstood() throws {
        let list = try received("service=x", "colour=blue", "checks=a", "wants=new:thing recipients :bad x:")
        let hello = try #require(Hello(list))
        #expect(hello.checks == ["a"])
        #expect(hello.wants == [FactWant(kind: "new", attribute: "thing")])
        #expect(hello.wantsRecipients)
        #expect(hello.version == "")
    }

    @Test(arguments: ["service=x\nservice=y", "service=x\nchecks=a\nchecks=b"])
    func aDoubledNameIsTheErrorOfAll(_ lines: String) throws {
        #expect(Hello(try received(lines)) == nil)
    }

    @Test(arguments: ["version=1", "service="]) func withoutANameItIsNone(_ line: String) throws {
        #expect(Hello(try received(line)) == nil)
    }
}
