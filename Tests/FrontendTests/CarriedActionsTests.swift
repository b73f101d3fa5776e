import PostfixProtocol
import Testing

@testable import Frontend

@Suite struct CarriedActionsTests {
    private static func carried(_ texts: [String]) -> CarriedActions {
        var carried = CarriedActions()
        for text in texts { carried.add(item(text)) }
        return carried
    }

    /// `rule` is a failure rule's answer.
    private static func item(_ text: String) -> CarriedActions.Item {
        if text == "rule" {
            return .init(action: .serviceUnavailable, check: "c", isFailureRule: true)
        }
        return .init(action: PolicyAction(parsing: text) ?? .dunno, check: "c")
    }

    private static func text(_ item: CarriedActions.Item?) -> String {
        item.map { $0.isFailureRule ? "rule" : $0.action.text } ?? "nothing"
    }

    /// Each ranks before all that follow; those in one list are equals.
    static let ranks = [
        ["DEFER_IF_PERMIT a", "DEFER_IF_PERMIT b"], ["DEFER_IF_REJECT a", "DEFER_IF_REJECT b"], ["rule"],
        ["DISCARD a", "DISCARD b"], ["REDIRECT a@example.com", "REDIRECT b@example.com"], ["FILTER a:b", "FILTER c:d"],
        ["HOLD a", "HOLD b"], ["PREPEND A: b", "BCC a@example.com"], ["WARN a", "INFO b"],
    ]

    @Test func eachRankGoesBeforeAllThatFollow() {
        for (place, rank) in Self.ranks.enumerated() {
            for lower in Self.ranks[(place + 1)...].joined() {
                for higher in rank {
                    for order in [[higher, lower], [lower, higher]] {
                        var carried = Self.carried(order)
                        #expect(Self.text(carried.takeReply(at: .rcpt)) == higher)
                        #expect(carried.items.map(Self.text) == [lower])
                    }
                }
            }
        }
    }

    @Test(arguments: ranks) func equalsGoInListOrder(_ rank: [String]) {
        for order in [rank, rank.reversed()] {
            var carried = Self.carried(order)
            var taken: [String] = []
            while let item = carried.takeReply(at: .rcpt) { taken.append(Self.text(item)) }
            #expect(taken == order)
        }
    }

    @Test(arguments: [
        (["PREPEND A: b"], ProtocolState.endOfMessage, "nothing"), (["PREPEND A: b"], .data, "PREPEND A: b"),
        (["PREPEND A: b", "BCC a@example.com"], .endOfMessage, "BCC a@example.com"), ([], .rcpt, "nothing"),
    ])
    func prependIsNoReplyAtTheEnd(_ texts: [String], _ state: ProtocolState, _ expected: String) {
        var carried = Self.carried(texts)
        #expect(Self.text(carried.takeReply(at: state)) == expected)
    }

    @Test(arguments: [
        ("DEFER_IF_PERMIT", true), ("DEFER_IF_REJECT", true), ("rule", true), ("HOLD", false), ("DISCARD", false),
    ])
    func deferralsAreTold(_ text: String, _ isDeferral: Bool) {
        #expect(Self.carried(["WARN a", text]).hasDeferral == isDeferral)
    }

    struct Rest: Sendable {
        let text: String
        let rcpt: String
        let data: String
        let end: String
    }

    @Test(arguments: [
        Rest(text: "HOLD", rcpt: "waits", data: "waits", end: "lost"),
        Rest(text: "REDIRECT a@example.com", rcpt: "waits", data: "waits", end: "lost"),
        Rest(text: "FILTER a:b", rcpt: "waits", data: "waits", end: "lost"),
        Rest(text: "BCC a@example.com", rcpt: "waits", data: "waits", end: "lost"),
        Rest(text: "PREPEND A: b", rcpt: "waits", data: "lost", end: "lost"),
        Rest(text: "DISCARD", rcpt: "lost", data: "lost", end: "lost"),
        Rest(text: "WARN a", rcpt: "dropped", data: "dropped", end: "dropped"),
        Rest(text: "INFO a", rcpt: "dropped", data: "dropped", end: "dropped"),
        Rest(text: "DEFER_IF_PERMIT", rcpt: "dropped", data: "dropped", end: "dropped"),
        Rest(text: "DEFER_IF_REJECT", rcpt: "dropped", data: "dropped", end: "dropped"),
        Rest(text: "rule", rcpt: "dropped", data: "dropped", end: "dropped"),
    ])
    func theRestWaitsOrIsLost(_ rest: Rest) {
        let expected: [(ProtocolState, String)] = [(.rcpt, rest.rcpt), (.data, rest.data), (.endOfMessage, rest.end)]
        for (state, fate) in expected {
            let remainder = Self.carried([rest.text]).remainder(at: state, afterRefusal: false)
            #expect(remainder.waiting.map(Self.text) == (fate == "waits" ? [rest.text] : []))
            #expect(remainder.lost.map(Self.text) == (fate == "lost" ? [rest.text] : []))
        }
    }

    @Test func aRefusalDropsOnlyWhatIsOfThisRecipient() {
        var carried = CarriedActions(waiting: [Self.item("HOLD old")])
        carried.add(Self.item("FILTER new:x"))
        carried.add(Self.item("DISCARD new"))
        let remainder = carried.remainder(at: .rcpt, afterRefusal: true)
        #expect(remainder.waiting.map(Self.text) == ["HOLD old"])
        #expect(remainder.lost.isEmpty)
    }
}
