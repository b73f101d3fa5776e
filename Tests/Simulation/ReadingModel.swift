import Frontend
import PostfixProtocol
import ServiceProtocol

/// What the design says about one request, reckoned check by check from what each check really came to: no stages, no
/// parallel questions. The frontend must come to the same.
struct ReadingModel {
    struct Carried: Equatable {
        var text: String
        var isFailureRule = false
        var isFromSession = false
    }

    /// What is remembered about one message.
    struct Session {
        var scores: [String: Double] = [:]
        var verdicts: [String: Outcome] = [:]
        var waiting: [Carried] = []
        var recipients: Set<String> = []
        var facts: [String: String] = [:]
        var expires = Int.max

        var isEmpty: Bool {
            scores.isEmpty && verdicts.isEmpty && waiting.isEmpty && recipients.isEmpty && facts.isEmpty
        }
    }

    enum Reading {
        /// This check must be decided first.
        case needs(Int)
        case reply(String, Session)
    }

    let checks: [PolicyCheck]
    let request: PolicyRequest
    let state: String
    let remembersRecipients: Bool
    var session: Session
    /// By position, as far as they are known.
    var outcomes: [Int: Outcome] = [:]
    /// Positions whose recipient was known to be local when they were asked.
    var localAt: Set<Int> = []

    private var isAuthenticated: Bool { !request.isEmpty(.saslUsername) }

    func applies(_ position: Int) -> Bool {
        switch checks[position].appliesTo {
        case .all: true
        case .authenticated: isAuthenticated
        case .unauthenticated: !isAuthenticated && request.string(.clientAddress) != "127.0.0.1"
        }
    }

    /// A costly verdict kept from an earlier request of the message.
    func recalled(_ position: Int) -> Outcome? {
        memoryKey(position).flatMap { session.verdicts[$0] }
    }

    func memoryKey(_ position: Int) -> String? {
        let definition = checks[position].definition
        guard !definition.dependsOn.isEmpty, !definition.records else { return nil }
        return definition.name + definition.dependsOn.map { " " + request.string($0) }.joined()
    }

    /// Reads the policy. With `givesUp`, a check nobody decided goes by its failure rule.
    func read(givesUp: Bool) -> Reading {
        var run = Run(session: session, state: state)
        if case .undecided(let position) = walk(&run, givesUp: givesUp) { return .needs(position) }
        return finish(run)
    }

    /// Reads check by check until one is not known or ends the reading.
    func walk(_ run: inout Run, givesUp: Bool = false) -> Prefix {
        for position in checks.indices where applies(position) {
            guard let known = outcome(of: position, run: run, givesUp: givesUp) else { return .undecided(position) }
            guard let outcome = known else { continue }
            run.end = run.take(outcome, of: checks[position], isAuthenticated, localAt.contains(position))
            if run.end != nil { return .ended }
        }
        return .goesOn
    }

    /// The outer nil: not known yet; the inner nil: skipped.
    private func outcome(of position: Int, run: Run, givesUp: Bool) -> Outcome?? {
        let definition = checks[position].definition
        if case .frontend(let check) = definition.decider { return .some(frontend(check, run.score)) }
        if let outcome = recalled(position) ?? outcomes[position] { return .some(outcome) }
        if definition.records, run.carried.contains(where: { ActionText.isDeferral($0.text) }) { return .some(nil) }
        return givesUp ? .some(.failed) : nil
    }

    private func frontend(_ check: FrontendCheck, _ score: Double) -> Outcome {
        switch check {
        case .rejectNullSender:
            let isNull = isAuthenticated && request.isEmpty(.sender)
            return .verdict(isNull ? "REJECT Policy rejection due to null sender" : "none", score: 0)
        case .scoreAction(let action):
            let acts = action.matchesBelow ? score <= action.threshold : score >= action.threshold
            return .verdict(acts ? action.action.text : "none", score: 0)
        case .rejectToHostname:
            return .verdict("none", score: 0)
        }
    }

    private func finish(_ run: Run) -> Reading {
        var run = run
        var reply = "DUNNO"
        if case .final(let text) = run.end {
            reply = text
            if text != "OK" { run.carried.removeAll { !$0.isFromSession } }
        } else if let index = bestCarried(run.carried) {
            reply = run.carried.remove(at: index).text
        }
        run.session.waiting = run.carried.filter { ActionText.waits($0.text, at: state) }
        for index in run.session.waiting.indices { run.session.waiting[index].isFromSession = true }
        if remembersRecipients, state == "RCPT", !request.isEmpty(.recipient), !ActionText.refuses(reply) {
            run.session.recipients.insert(request.string(.recipient))
        }
        return .reply(reply, run.session)
    }

    private func bestCarried(_ carried: [Carried]) -> Int? {
        let able = carried.indices.filter {
            !(state == "END-OF-MESSAGE" && ActionText.keyword(carried[$0].text) == "PREPEND")
        }
        return able.min {
            let left = ActionText.rank(carried[$0].text, isFailureRule: carried[$0].isFailureRule)
            let right = ActionText.rank(carried[$1].text, isFailureRule: carried[$1].isFailureRule)
            return (left, $0) < (right, $1)
        }
    }
}

extension ReadingModel {
    /// One reading under way.
    struct Run {
        enum End {
            case pass
            case final(String)
        }

        var session: Session
        var carried: [Carried]
        var end: End?

        init(session: Session, state: String) {
            self.session = session
            carried = session.waiting
        }

        var score: Double { session.scores.values.reduce(0, +) }

        mutating func take(_ outcome: Outcome, of check: PolicyCheck, _ isAuthenticated: Bool, _ isLocal: Bool) -> End?
        {
            guard check.mode == .enforce else { return nil }
            switch outcome {
            case .failed:
                let rules = check.failureRules
                if (isAuthenticated ? rules.authenticated : rules.unauthenticated) == .defer {
                    let text = "DEFER_IF_PERMIT 4.3.5 Service temporarily unavailable"
                    carried.append(Carried(text: text, isFailureRule: true))
                }
                return nil
            case .verdict(let text, let score):
                if score != 0, session.scores[check.name] == nil { session.scores[check.name] = score }
                return take(text, isPermitted: check.mayPermit && isLocal)
            }
        }

        private mutating func take(_ text: String, isPermitted: Bool) -> End? {
            switch text {
            case "none", "DUNNO": return nil
            case "pass": return .pass
            case "OK" where !isPermitted: return .pass
            default:
                if ActionText.isFinal(text) { return .final(text) }
                carried.append(Carried(text: text))
                return nil
            }
        }
    }
}
