import SuiteFixture
import Testing

extension WithPostfix {
    @Suite struct ThrottledMailTests {
        private static let refusal =
            "554 5.7.1 <END-OF-MESSAGE>: End-of-data rejected: Throttling quota exceeded"

        @Test func oneWhoLogsInIsRefusedOverTheLimit() throws {
            let system = try MailSystem()
            try system.limit("user@example.com", kind: "outbound", messages: 3)
            let client = try system.client(from: "198.51.100.9", login: "user@example.com")
            func send(_ count: Int, _ subject: String) -> SMTPClient.Reply {
                let recipients = (0..<count).map { "friend\($0)@foreign.example" }
                return client.send(from: "user@example.com", to: recipients, subject: subject)
            }
            #expect(send(1, "one").code == 250)
            #expect(send(2, "two and three").code == 250)
            #expect(system.counted("user@example.com") == 3)
            let refused = send(1, "four")
            #expect(refused.text.hasSuffix(Self.refusal), "\(refused)")
            #expect(system.counted("user@example.com") == 3)
            let other = try system.client(login: "other@example.com")
            #expect(other.send(from: "other@example.com", to: ["friend@foreign.example"], subject: "other").code == 250)
            #expect(system.delivered("two and three")?.recipients.count == 2)
            #expect(system.delivered("other") != nil)
            #expect(system.sink.messages("four").isEmpty)
        }

        /// At END-OF-MESSAGE Postfix names no recipient when there are several: the suite has remembered them.
        @Test func aBounceToSeveralIsCountedForEachOfThem() throws {
            let system = try MailSystem()
            try system.limit("@.", kind: "inbound", messages: 2)
            let client = try system.client(from: "203.0.113.7")
            func bounce(_ users: String...) -> SMTPClient.Reply {
                client.send(from: "", to: users.map { "\($0)@example.com" }, subject: "bounce")
            }
            #expect(bounce("one", "two", "three").code == 250)
            #expect(bounce("two", "three").code == 250)
            #expect(["one", "two", "three"].map { system.counted("\($0)@example.com") } == [1, 2, 2])
            let refused = bounce("one", "two")
            #expect(refused.text.hasSuffix(Self.refusal), "\(refused)")
            #expect(["one", "two", "three"].map { system.counted("\($0)@example.com") } == [1, 2, 2])
            #expect(bounce("one").code == 250)
            #expect(eventually { system.sink.messages.flatMap(\.recipients).count == 6 })
        }
    }
}
