import SuiteFixture
import Testing

/// One check under two names in one list, as somebody tries a rule in shadow beside the one that holds.
@Suite(.serialized) struct TwiceTests {
    @Test func bothHaveTheVerdictAndOneCounts() throws {
        let suite = try Suite(
            frontend: """
                  policies:
                    default:
                      RCPT: [{ check: greylist, name: grey-shadow, mode: shadow, on-failure: defer }, greylist]
                      END-OF-MESSAGE: [{ check: throttle, name: limit-shadow, mode: shadow }, throttle]
                """)
        #expect(
            suite.action([
                "protocol_state": "RCPT", "client_address": "192.0.2.1", "sender": "a@example.net",
                "recipient": "b@example.com", "instance": "twice.1",
            ]) == "451 4.7.1 Intentional policy rejection, please try again later")
        #expect(
            suite.postern(["throttle", "set", "--account", "@.", "--period", "600", "--max-msgs", "3"]).status == 0)
        let actions = (0..<4).map { number in
            suite.action([
                "protocol_state": "END-OF-MESSAGE", "client_address": "192.0.2.2", "sasl_username": "u@example.com",
                "sender": "u@example.com", "recipient": "x@example.net", "recipient_count": "1", "size": "100",
                "instance": "twice.m\(number)",
            ])
        }
        #expect(actions.dropLast() == ["DUNNO", "DUNNO", "DUNNO"])
        #expect(actions.last??.hasPrefix("REJECT ") == true, "\(actions)")
        #expect(suite.logLines(with: "failed=").isEmpty)
        for name in ["grey-shadow", "limit-shadow"] {
            #expect(eventually { suite.logLines(with: "shadow=\(name): ").count == 1 }, "\(name): \(suite.log)")
        }
    }
}
