import MailTypes
import PostfixProtocol
import ServiceProtocol
import Testing

@testable import Frontend

@Suite struct PolicyPlanTests {
    @Test func itsLimitIsTheSumAlongTheStages() {
        let plan = PolicyPlan(
            policy: "p", state: .rcpt,
            checks: [
                .make("a") { $0.limit = 300 }, .make("b") { $0.limit = 500 },
                .make("c", records: true) { $0.limit = 70 },
                .scoreAction(at: 1, "REJECT"),
            ])
        #expect(plan.stages.count == 3)
        #expect(plan.limit == 570)
    }

    @Test func readingAfterRecordingIsFound() {
        let plan = PolicyPlan(
            policy: "p", state: .rcpt,
            checks: [.make("a"), .make("b", records: true), .make("c"), .make("d"), .make("e", records: true)])
        #expect(plan.readingAfterRecording.map(\.reading) == ["c", "d"])
        #expect(plan.readingAfterRecording.map(\.recording) == ["b", "b"])
    }

    @Test func recipientsAreRememberedForTheirPolicyOnly() throws {
        let set = PolicySet(
            policies: [
                "uses": [.rcpt: [.make("a")], .data: [.make("d", usesRecipients: true)]],
                "alone": [.endOfMessage: [.make("e", usesRecipients: true)]],
                "not": [.rcpt: [.make("a", usesRecipients: true)], .endOfMessage: [.make("e")]],
            ],
            trustedNetworks: try TrustedNetworks(), hostnames: [])
        #expect(set.plans["uses"]?[.rcpt]?.remembersRecipients == true)
        #expect(set.plans["alone"]?[.rcpt]?.remembersRecipients == true)
        #expect(set.plans["not"]?[.rcpt]?.remembersRecipients == false)
    }

    @Test func theShippedOrderNamesShippedChecks() {
        for (state, names) in CheckCatalog.defaultOrder {
            #expect(ProtocolState.allCases.map(\.name).contains(state))
            for name in names {
                let states = CheckCatalog.shipped[name]?.states
                #expect(states?.isEmpty == true || states?.contains(ProtocolState(parsing: state)) == true, "\(name)")
            }
        }
    }

    @Test func whatIsWantedHasAProvider() {
        for check in CheckCatalog.shipped.values {
            for want in check.wants { #expect(CheckCatalog.providers[want.kind] != nil, "\(check.name): \(want)") }
        }
        for want in CheckCatalog.lookupWants.values.joined() { #expect(CheckCatalog.providers[want.kind] != nil) }
    }
}
