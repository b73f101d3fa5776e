import SuiteFixture
import Testing

extension WithPostfix {
    @Suite struct ReinjectedMailTests {
        @Test func mailThroughAContentFilterIsCountedOnce() throws {
            let way = ReinjectionPort()
            let filter = try SMTPSink { message in way.pass(message) }
            let system = try MailSystem(filterPort: filter.port)
            way.open(system.postfix.reinjectionPort)
            try system.limit("user@example.com", kind: "outbound", messages: 100)
            let client = try system.client(login: "user@example.com")
            for number in 0..<5 {
                let recipients = ["one@foreign.example", "two@foreign.example"]
                let reply = client.send(from: "user@example.com", to: recipients, subject: "number \(number)")
                #expect(reply.code == 250, "\(reply)")
            }
            #expect(eventually(within: 20) { system.sink.count == 5 })
            #expect(filter.count == 5)
            #expect(system.counted("user@example.com") == 10)
        }
    }
}
