import MailTypes
import NIOCore
import PostfixProtocol
import ServiceProtocol
import ServiceTransport
import Testing

@testable import Frontend

/// An engine, a clock that moves when told, and services that answer when told. What the engine does comes back as
/// lines: `ask SERVICE: CHECKS`, `ask SERVICE: fact NAMES`, `cancel SERVICE`, `useless SERVICE`, `answer ACTION`.
struct PolicyDialog {
    struct Question {
        var service: String
        var ask: Ask
        var attributes: AttributeList
    }

    var engine: PolicyEngine
    var now = MonotonicInstant(microseconds: 5_000_000)
    /// Questions without an outcome, oldest first.
    var open: [Question] = []
    /// The last question to each service.
    var last: [String: Question] = [:]
    var decisions: [PolicyDecision] = []
    var tags: [UInt64] = []

    init(_ engine: PolicyEngine) {
        self.engine = engine
    }

    /// A policy `default` with these checks.
    init(
        rcpt: [PolicyCheck] = [], data: [PolicyCheck] = [], end: [PolicyCheck] = [],
        trusted: [String] = [], providers: [String: String] = CheckCatalog.providers, deadline: Int = 10_000
    ) throws {
        let states: [ProtocolState: [PolicyCheck]] = [.rcpt: rcpt, .data: data, .endOfMessage: end]
        let policies = PolicySet(
            policies: ["default": states.filter { !$0.value.isEmpty }], providers: providers,
            trustedNetworks: try TrustedNetworks(trusted), hostnames: ["mx.example.org"], deadline: deadline)
        self.init(PolicyEngine(policies: policies))
    }

    var decision: PolicyDecision? { decisions.last }

    mutating func request(
        _ state: String, _ values: [PolicyAttribute: String] = [:], dryRun: Bool = false, traced: Bool = false,
        policy: String = "default", tag: UInt64 = 0
    ) -> [String] {
        var all: [PolicyAttribute: String] = [
            .request: "smtpd_access_policy", .protocolState: state, .clientAddress: "192.0.2.1",
            .clientPort: "1025", .sender: "s@sender.example", .recipient: "r@rcpt.example", .instance: "i.1",
        ]
        all.merge(values) { _, new in new }
        var options = PolicyEngine.Options()
        options.isDryRun = dryRun
        options.isTraced = traced
        var actions: [PolicyEngine.Action] = []
        engine.receive(
            .make(all), listenerPolicy: policy, tag: tag, options: options, now: now, actions: &actions)
        return note(actions)
    }

    mutating func rcpt(_ values: [PolicyAttribute: String] = [:]) -> [String] { request("RCPT", values) }

    mutating func data(_ values: [PolicyAttribute: String] = [:]) -> [String] { request("DATA", values) }

    mutating func end(_ values: [PolicyAttribute: String] = [:]) -> [String] { request("END-OF-MESSAGE", values) }

    /// The oldest open question to `service` is answered with these lines.
    mutating func reply(_ service: String, _ lines: String...) -> [String] {
        reply(service, lines: lines)
    }

    mutating func reply(_ service: String, lines: [String]) -> [String] {
        guard let list = try? AttributeList(ByteBuffer(string: Self.message(lines))) else { return ["bad reply"] }
        return settle(service, .reply(list))
    }

    mutating func fail(_ service: String, _ failure: AskFailure) -> [String] {
        settle(service, .failed(failure))
    }

    /// Time passes.
    mutating func wait(_ milliseconds: Int) -> [String] {
        now = now.advanced(byMilliseconds: milliseconds)
        var actions: [PolicyEngine.Action] = []
        engine.wake(now: now, actions: &actions)
        return note(actions)
    }

    private mutating func settle(_ service: String, _ outcome: AskOutcome) -> [String] {
        guard let index = open.firstIndex(where: { $0.service == service }) else { return ["nothing asked"] }
        let question = open.remove(at: index)
        var actions: [PolicyEngine.Action] = []
        engine.receive(outcome, token: question.ask.token, now: now, actions: &actions)
        return note(actions)
    }

    private mutating func note(_ actions: [PolicyEngine.Action]) -> [String] {
        actions.map { action in
            switch action {
            case .ask(let service, let ask): return note(service, ask)
            case .cancel(let service, let token):
                open.removeAll { $0.ask.token == token }
                return "cancel \(service)"
            case .uselessReply(let service): return "useless \(service)"
            case .answer(let tag, _, let decision):
                decisions.append(decision)
                tags.append(tag)
                return "answer \(decision.action.text)"
            }
        }
    }

    private mutating func note(_ service: String, _ ask: Ask) -> String {
        var bytes = ask.payload
        ask.policy?.encodeAttributes(into: &bytes)
        let payload = Self.message([]) + String(buffer: bytes)
        guard let attributes = try? AttributeList(ByteBuffer(string: payload)) else { return "bad question" }
        let question = Question(service: service, ask: ask, attributes: attributes)
        open.append(question)
        last[service] = question
        if let checks = attributes.string("checks") { return "ask \(service): \(checks)" }
        return "ask \(service): \(attributes.string("request") ?? "") \(attributes.string("names") ?? "")"
    }

    private static func message(_ lines: [String]) -> String {
        (["protocol=1"] + lines).map { $0 + "\n" }.joined()
    }

    /// The last check request to `service`.
    func asked(_ service: String) throws -> CheckRequest {
        let question = try #require(last[service])
        return try #require(CheckRequest(question.attributes))
    }

    /// The facts attached to it.
    func facts(_ service: String) throws -> [String: String] {
        Dictionary(uniqueKeysWithValues: try asked(service).facts.map { ($0.name.description, $0.value) })
    }
}

extension PolicyCheck {
    /// A check of the service of the same name, unless told otherwise.
    static func make(
        _ name: String, of service: String? = nil, records: Bool = false, isKeyed: Bool = false,
        asksNetwork: Bool = false, wants: [String] = [], mayNeed: [String] = [], usesRecipients: Bool = false,
        provides: Set<String> = [], uses: Set<String> = [], dependsOn: [PolicyAttribute] = [],
        _ change: (inout PolicyCheck) -> Void = { _ in }
    ) -> PolicyCheck {
        var check = PolicyCheck(
            CheckDefinition(
                name, .service(service ?? name), records: records, isKeyed: isKeyed, asksNetwork: asksNetwork,
                wants: wants.compactMap(FactWant.init(parsing:)),
                mayNeed: mayNeed.compactMap(FactWant.init(parsing:)), usesRecipients: usesRecipients,
                provides: provides, uses: uses, dependsOn: dependsOn))
        change(&check)
        return check
    }

    /// A check of the frontend that acts on the score.
    static func scoreAction(
        at threshold: Double, _ action: String, _ change: (inout PolicyCheck) -> Void = { _ in }
    ) -> PolicyCheck {
        let decider = FrontendCheck.scoreAction(
            ScoreAction(threshold: threshold, action: PolicyAction(parsing: action) ?? .dunno))
        var check = PolicyCheck(CheckDefinition("score-action", .frontend(decider), uses: ["score"]))
        change(&check)
        return check
    }
}
