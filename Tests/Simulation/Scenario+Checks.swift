import Frontend
import PostfixProtocol
import ServiceProtocol

extension Scenario {
    /// A policy of different checks in any order: what an administrator may write, sensible or not.
    static func checks(count: Int, state: ProtocolState, random: inout SplitMix64) -> [PolicyCheck] {
        (0..<count).map { position in
            var check = PolicyCheck(definition("\(state.name.lowercased().prefix(4))-\(position)", random: &random))
            if random.chance(15) { check.mode = .shadow }
            check.appliesTo = random.pick([.all, .all, .all, .authenticated, .unauthenticated])
            check.failureRules = FailureRules(
                authenticated: random.pick([.defer, .dunno]), unauthenticated: random.pick([.defer, .dunno]))
            check.limit = random.pick([1_500, 2_000, 4_000])
            check.mayPermit =
                check.definition.dependsOn.isEmpty && state == .rcpt && !isFrontends(check) && random.chance(40)
            return check
        }
    }

    static func isFrontends(_ check: PolicyCheck) -> Bool {
        if case .frontend = check.definition.decider { return true }
        return false
    }

    private static func definition(_ name: String, random: inout SplitMix64) -> CheckDefinition {
        switch random.int(0...9) {
        case 0: CheckDefinition(name, .frontend(.rejectNullSender))
        case 1: CheckDefinition(name, .frontend(.scoreAction(scoreAction(name, random: &random))), uses: ["score"])
        case 2...3:
            CheckDefinition(
                name, .service("reputation"), asksNetwork: true, dependsOn: random.chance(70) ? [.clientAddress] : [])
        case 4: CheckDefinition(name, .service("greylist"), records: true, wants: wants(&random))
        case 5...6:
            CheckDefinition(
                name, .service("throttle"), records: true, isKeyed: true, wants: wants(&random),
                usesRecipients: random.chance(50))
        default:
            CheckDefinition(
                name, .service(random.pick(["lists", "directory"])), wants: wants(&random),
                usesRecipients: random.chance(20))
        }
    }

    private static func scoreAction(_ name: String, random: inout SplitMix64) -> ScoreAction {
        let text = random.pick(["REJECT score \(name)", "PREPEND X-Score: \(name)", "451 4.7.1 score \(name)"])
        return ScoreAction(
            threshold: Double(random.int(1...4)), matchesBelow: random.chance(20),
            action: PolicyAction(parsing: text) ?? .dunno)
    }

    private static func wants(_ random: inout SplitMix64) -> [FactWant] {
        guard random.chance(40) else { return [] }
        return [FactWant(kind: "alias-target", attribute: random.pick(["sender", "recipient", "sasl_username"]))]
    }
}
