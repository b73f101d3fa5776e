import Glibc
import SuiteFixture
import Testing

/// Settings that a reload changes, seen from outside.
@Suite(.serialized) struct ReloadTests {
    private static let greylisted = "451 4.7.1 Intentional policy rejection, please try again later"

    private func change(_ suite: Suite, _ old: String, _ new: String) throws {
        try suite.rewriteConfiguration { text in
            #expect(text.contains(old))
            return text.replacing(old, with: new)
        }
        let outcome = suite.postern(["reload"])
        #expect(outcome.status == 0, "\(outcome.output)")
    }

    private static func request(_ instance: String) -> String {
        PolicyClient.request([
            "protocol_state": "RCPT", "client_address": "192.0.2.1", "sender": "a@example.net",
            "recipient": "b@example.com", "instance": instance,
        ])
    }

    @Test func theLogLevelMoves() throws {
        let suite = try Suite()
        let client = PolicyClient(.tcp(suite.policyPort), tries: 1)
        #expect(client.ask(Self.request("level.1")) == Self.greylisted)
        #expect(eventually { suite.logLines(with: "instance=level.1").count == 1 })
        try change(suite, "level: info", "level: warning")
        #expect(client.ask(Self.request("level.2")) == Self.greylisted)
        try change(suite, "level: warning", "level: debug")
        #expect(client.ask(Self.request("level.3")) == Self.greylisted)
        #expect(eventually { suite.logLines(with: "instance=level.3").count == 1 })
        #expect(suite.logLines(with: "instance=level.2").isEmpty)
        // The services follow as well: greylisting tells each attempt at debug.
        #expect(eventually { suite.logLines(with: "debug: [192.0.2.1]").count == 1 })
    }

    @Test func whatNeedsARestartIsSaid() throws {
        let suite = try Suite()
        let names = ["frontend", "directory", "greylist", "reputation", "srs", "throttle"]
        // One that is started later has the new settings from the beginning.
        for name in names { #expect(suite.postern(["status", name]).status == 0) }
        try change(suite, "destination: stderr", "destination: syslog, facility: local3")
        for name in names {
            for key in ["destination", "facility"] {
                let line = "common.log.\(key) changes with the next start only"
                #expect(
                    eventually { suite.logLines(with: line).contains { $0.contains("postern/\(name)[") } }, "\(name)")
            }
        }
    }

    /// Connections that are open go on in the old way, so those to come do too.
    @Test func whatIsSpokenStays() throws {
        let suite = try Suite(frontend: "  policies: { default: { VRFY: [] } }")
        #expect(suite.action(["protocol_state": "VRFY"]) == "DUNNO")
        let reverse = Socket.Address.tcp(suite.reversePort)
        let old = "srs-reverse: { addresses: [\"127.0.0.1:\(suite.reversePort)\"] }"
        try suite.rewriteConfiguration { text in
            text.replacing(old, with: old.replacing("{", with: "{ protocol: policy,"))
                .replacing("socketmap: { addresses: [\"unix:socketmap\"], mode: \"0666\" }", with: "")
        }
        let outcome = suite.postern(["reload", "frontend"])
        #expect(outcome.status == 0, "\(outcome.output)")
        for line in [
            "frontend.listeners.srs-reverse.protocol changes with the next start only",
            "frontend.listeners.socketmap is no longer configured; it is served as before until the next start",
        ] {
            #expect(eventually { suite.logLines(with: line).count == 1 }, "\(line)")
        }
        let table = try #require(Socket(reverse))
        table.send("get a@example.net\n")
        #expect(table.receive(through: "\n")?.hasPrefix("500 ") == true)
        let map = try #require(Socket(.unix(suite.socketmap)))
        map.send("28:srs-forward a@remote.example,")
        #expect(map.receiveNetstring() != nil)
        #expect(suite.action(["protocol_state": "VRFY"]) == "DUNNO")
    }

    @Test func trustedNetworksHoldAtOnce() throws {
        let suite = try Suite(common: "  trusted-networks: []")
        let client = PolicyClient(.tcp(suite.policyPort), tries: 1)
        #expect(client.ask(Self.request("t.1")) == Self.greylisted)
        try change(suite, "trusted-networks: []", "trusted-networks: [192.0.2.0/24]")
        #expect(client.ask(Self.request("t.2")) == "DUNNO")
        try change(suite, "trusted-networks: [192.0.2.0/24]", "trusted-networks: []")
        #expect(client.ask(Self.request("t.3")) == Self.greylisted)
    }

    /// While one request waits, the next one finds the frontend full.
    @Test func theBoundOfRequestsMoves() throws {
        let suite = try Suite(
            frontend: """
                  max-in-flight: 10
                  policies: { default: { RCPT: [{ check: greylist, limit: 2s, on-failure: defer }] } }
                """)
        let client = PolicyClient(.tcp(suite.policyPort), tries: 1)
        #expect(client.ask(Self.request("m.0")) == Self.greylisted)
        try change(suite, "max-in-flight: 10", "max-in-flight: 1")
        #expect(suite.send(SIGSTOP, to: "greylist"))
        let waiting = try #require(Socket(.tcp(suite.policyPort), timeout: 10))
        waiting.send(Self.request("m.1"))
        usleep(300_000)
        let full = "failed=greylist: too many requests under way"
        #expect(client.ask(Self.request("m.2"))?.hasPrefix("DEFER_IF_PERMIT ") == true)
        #expect(suite.send(SIGCONT, to: "greylist"))
        #expect(waiting.receiveAction() == Self.greylisted)
        #expect(eventually { suite.logLines(with: full).count == 1 })
        #expect(suite.logLines(with: full).allSatisfy { $0.contains("instance=m.2") })
    }

    /// Without room for sessions nothing is remembered: throttle is told none of the recipients of before.
    @Test func theSessionsLimitMoves() throws {
        let suite = try Suite(frontend: "  session: { max-messages: 0 }")
        let client = PolicyClient(.tcp(suite.policyPort), tries: 1)
        func sessions() -> String? {
            suite.postern(["status", "frontend"]).output.split(separator: "\n")
                .first { $0.hasPrefix("sessions ") }?.split(separator: " ").last.map(String.init)
        }
        func ask(_ instance: String) {
            _ = client.ask(
                PolicyClient.request([
                    "protocol_state": "RCPT", "client_address": "192.0.2.1", "sender": "a@example.com",
                    "sasl_username": "a@example.com", "recipient": "b@example.net", "instance": instance,
                ]))
        }
        ask("s.1")
        #expect(sessions() == "0")
        try change(suite, "max-messages: 0", "max-messages: 5")
        for number in 0..<9 { ask("s.2.\(number)") }
        #expect(sessions() == "5")
        try change(suite, "max-messages: 5", "max-messages: 2")
        #expect(sessions() == "2")
    }

    /// A connection that is open is read by the listener's new policy.
    @Test func aListenersPolicyChangesOnOpenConnections() throws {
        let suite = try Suite(
            frontend: """
                  policies:
                    default: { RCPT: [greylist] }
                    strict: { RCPT: [{ check: score-action, threshold: 0, action: REJECT strict }] }
                """)
        let socket = try #require(Socket(.tcp(suite.policyPort), timeout: 10))
        socket.send(Self.request("p.1"))
        #expect(socket.receiveAction() == Self.greylisted)
        try change(suite, "policy: { addresses", "policy: { policy: strict, addresses")
        socket.send(Self.request("p.2"))
        #expect(socket.receiveAction() == "REJECT strict")
    }
}
