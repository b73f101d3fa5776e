import Glibc
import SuiteFixture
import Testing

/// Times in the databases that lie far ahead, as a clock that was wrong leaves them: nobody waits for them.
@Suite(.serialized) struct FutureTimeTests {
    private static let tenYears = 315_360_000

    @Test func aCounterThatBeginsInTheFuture() throws {
        let suite = try Suite()
        suite.postern(["throttle", "set", "--account", "@.", "--period", "3600", "--max-msgs", "2"])
        func send(_ number: Int) -> String? {
            suite.action([
                "protocol_state": "END-OF-MESSAGE", "client_address": "192.0.2.1", "sender": "a@example.com",
                "sasl_username": "a@example.com", "recipient": "b@example.net", "recipient_count": "1", "size": "1",
                "instance": "future.\(number)",
            ])
        }
        #expect(send(0) == "DUNNO")
        #expect(send(1) == "DUNNO")
        #expect(send(2) == "REJECT Throttling quota exceeded")
        let update = """
            UPDATE postern_throttle_tracking SET init_time = init_time + \(Self.tenYears),
            last_time = last_time + \(Self.tenYears)
            """
        #expect(suite.query("throttle", update).isEmpty)
        #expect(send(3) == "DUNNO")
        let sql = "SELECT cur_msgs, abs(init_time - unixepoch()) < 60 FROM postern_throttle_tracking"
        #expect(suite.query("throttle", sql) == [["1", "1"]])
    }

    /// Days are those of UTC: neither midnight nor daylight saving time of the host's zone changes an address.
    @Test(arguments: ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin"])
    func theTimeZoneDoesNotMatter(zone: String) throws {
        let directory = try TemporaryDirectory()
        let secret = try directory.write("the secret of these tests\n", to: "secret", mode: 0o600)
        let suite = try Suite(
            services: "srs: { domain: srs.test, secret-file: \(secret) }\n",
            environment: ["TZ": zone])
        func stamp() -> Substring {
            let days = Int(time(nil) / 86_400)
            let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
            return "=\(digits[days >> 5 & 31])\(digits[days & 31])=example.net=a@srs.test"
        }
        let before = stamp()
        let outcome = suite.postern(["lookup", "srs-forward", "a@example.net"]).output
        #expect(outcome.contains(before) || outcome.contains(stamp()), "\(outcome)")
    }

    @Test func aTripletThatIsBlockedForYears() throws {
        let suite = try Suite(services: "greylist: { block-for: 1s }\n")
        func attempt() -> String {
            suite.action([
                "protocol_state": "RCPT", "client_address": "192.0.2.1", "sender": "a@example.net",
                "recipient": "b@example.com",
            ]) ?? "no answer"
        }
        #expect(attempt().hasPrefix("451 "))
        let update = """
            UPDATE postern_greylist_waiting SET init_time = init_time + \(Self.tenYears),
            block_expired = block_expired + \(Self.tenYears), record_expired = record_expired + \(Self.tenYears)
            """
        #expect(suite.query("greylist", update).isEmpty)
        #expect(attempt().hasPrefix("451 "))
        #expect(eventually(within: 5) { attempt() == "DUNNO" })
    }

    /// A client that is known until a far day is known today; what is kept of it ends one day as all others' does.
    @Test func aClientThatIsKnownForYears() throws {
        let suite = try Suite(services: "greylist: { block-for: 0s }\n")
        func attempt(_ sender: String) -> String {
            suite.action([
                "protocol_state": "RCPT", "client_address": "192.0.2.1", "sender": sender,
                "recipient": "b@example.com",
            ]) ?? "no answer"
        }
        #expect(attempt("a@example.net").hasPrefix("451 "))
        #expect(attempt("a@example.net") == "DUNNO")
        let update = "UPDATE postern_greylist_clients SET record_expired = record_expired + \(Self.tenYears)"
        #expect(suite.query("greylist", update).isEmpty)
        #expect(attempt("other@example.net") == "DUNNO")
        let isBounded = "SELECT max(record_expired) < unixepoch() + 31 * 86400 FROM postern_greylist_clients"
        #expect(eventually(within: 20) { suite.query("greylist", isBounded) == [["1"]] })
    }
}
