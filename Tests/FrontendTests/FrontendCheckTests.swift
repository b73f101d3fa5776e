import PostfixProtocol
import ServiceProtocol
import Testing

@testable import Frontend

@Suite struct FrontendCheckTests {
    private static let context = FrontendCheck.Context(hostnames: ["mx.example.org", "mx"], score: 5)

    private static func decide(_ check: FrontendCheck, _ values: [PolicyAttribute: String]) -> String {
        check.decide(.make(values), context).verdict.text
    }

    @Test(arguments: [
        ("u@example.com", "", "REJECT Policy rejection due to null sender"), ("u@example.com", "s@example.com", "none"),
        ("", "", "none"), ("", "s@example.com", "none"),
    ])
    func aNullSenderIsRefusedToUsers(_ login: String, _ sender: String, _ verdict: String) {
        #expect(Self.decide(.rejectNullSender, [.saslUsername: login, .sender: sender]) == verdict)
    }

    @Test(arguments: [
        ("root@mx.example.org", "", "REJECT Not authorized"), ("root@MX.Example.ORG", "", "REJECT Not authorized"),
        ("root@mx", "", "REJECT Not authorized"), ("root@example.org", "", "none"),
        ("root@sub.mx.example.org", "", "none"), ("root@mx.example.org", "u@example.com", "none"),
        ("SRS0=HHH=TT=d.example=u@mx.example.org", "", "none"), ("srs1+HHH=x==HHH@mx.example.org", "", "none"),
        ("SRS0-HHH=TT=d.example=u@mx.example.org", "", "none"), ("srs0x@mx.example.org", "", "REJECT Not authorized"),
        ("srs0@mx.example.org", "", "REJECT Not authorized"), ("srs2=a@mx.example.org", "", "REJECT Not authorized"),
        ("", "", "none"), ("postmaster", "", "none"),
    ])
    func mailToThisHostsNameIsRefused(_ recipient: String, _ login: String, _ verdict: String) {
        #expect(Self.decide(.rejectToHostname, [.recipient: recipient, .saslUsername: login]) == verdict)
    }

    @Test(arguments: [
        (5.0, false, "HOLD"), (5.1, false, "none"), (4.9, false, "HOLD"), (5.0, true, "HOLD"), (5.1, true, "HOLD"),
        (4.9, true, "none"),
    ])
    func aScoreActionHasAThreshold(_ threshold: Double, _ matchesBelow: Bool, _ verdict: String) {
        let action = ScoreAction(
            threshold: threshold, matchesBelow: matchesBelow, action: PolicyAction(parsing: "HOLD") ?? .dunno)
        #expect(Self.decide(.scoreAction(action), [:]) == verdict)
    }
}
