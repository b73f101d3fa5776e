import Directory
import DirectoryCases
import PostfixProtocol
import ServiceProtocol
import SuiteFixture
import Synchronization
import Testing

/// Many requests at once: what they ask goes out together, and each gets its own answer.
@Suite struct ManyAtOnceTests {
    private static func members(of count: Int) -> [DirectoryCase] {
        (1...count).map { number in
            // Every third is no member.
            let sender = number % 3 == 0 ? "m\(number)x@away.test" : "m\(number)@away.test"
            return DirectoryCase(
                "alias-access", sender,
                [
                    .protocolState: "RCPT", .sender: sender, .recipient: "big@green.test",
                    .clientAddress: "203.0.113.7",
                ], number % 3 == 0 ? "REJECT Not authorized" : "none")
        }
    }

    @Test(arguments: Backend.allCases)
    func eachItsOwn(_ backend: Backend) throws {
        let service = try TestDirectory.shared(backend).service()
        defer { service.stop() }
        let cases = Self.members(of: 900)
        let replies = Mutex<[Int: String]>([:])
        for (place, item) in cases.enumerated() {
            service.check(item.checkRequest) { reply in
                let text = DirectoryCase.text(reply)
                replies.withLock { $0[place] = text }
            }
        }
        #expect(eventually(within: 20) { replies.withLock { $0.count } == cases.count })
        let told = replies.withLock { $0 }
        for (place, item) in cases.enumerated() { #expect(told[place] == item.verdict, "\(item)") }
    }

    /// What is asked once serves all who ask meanwhile and later.
    @Test(arguments: Backend.allCases)
    func oneQuestionForAll(_ backend: Backend) throws {
        let service = try TestDirectory.shared(backend).service()
        defer { service.stop() }
        let item = try #require(Self.members(of: 1).first)
        let replies = Mutex(0)
        for _ in 0..<500 { service.check(item.checkRequest) { _ in replies.withLock { $0 += 1 } } }
        #expect(eventually(within: 20) { replies.withLock { $0 } == 500 })
        let asked = service.statistics().first { $0.name == "lookups" }.flatMap { Int($0.value) }
        // The recipient, the two domains, what the sender and his domain are to the alias, and whether there are any.
        #expect(try #require(asked) <= 9)
    }
}
