internal import ServiceProtocol

/// Neighbouring checks of a policy that are decided together.
public struct Stage: Sendable, Equatable {
    /// One request to one service.
    public struct Question: Sendable, Equatable {
        /// The service's name.
        public var service: String
        /// The checks it names, as positions in the policy.
        public var checks: [Int]
        /// Those of them that apply to a client, by its standing.
        var applicable: [CheckGroup] = []
        /// Whether one of them may wait on the network.
        public var asksNetwork: Bool
        /// Whether one of them records.
        public var records: Bool
        /// Whether one of them counts.
        public var isKeyed: Bool
        /// How long the answer may take: the longest limit of its checks, in milliseconds.
        public var limit: Int
    }

    /// Positions of its checks in the policy.
    public var checks: Range<Int>
    /// The requests it sends, at most one to a service and one more where the network is asked.
    public var questions: [Question]
    /// The positions of those that the frontend decides itself.
    var own: [Int]

    /// The longest it may take, in milliseconds.
    public var limit: Int { questions.map(\.limit).max() ?? 0 }

    /// Cuts a policy into stages.
    ///
    /// A stage ends before a check that records, unless the check before it records too and goes into the same request;
    /// before checks that ask the network; and before a check that uses what an earlier one of the stage provides.
    public static func cut(_ checks: [PolicyCheck]) -> [Stage] {
        var starts: [Int] = []
        for position in checks.indices where position == 0 || begins(at: position, in: checks, from: starts.last ?? 0) {
            starts.append(position)
        }
        let ends = starts.dropFirst() + [checks.count]
        return zip(starts, ends).map { start, end in
            Stage(
                checks: start..<end, questions: questions(of: start..<end, in: checks),
                own: (start..<end).filter { !checks[$0].definition.decider.isService })
        }
    }

    private static func begins(at position: Int, in checks: [PolicyCheck], from start: Int) -> Bool {
        let check = checks[position].definition
        let previous = checks[position - 1].definition
        if checks[start..<position].contains(where: { !$0.definition.provides.isDisjoint(with: check.uses) }) {
            return true
        }
        if check.records { return !(previous.records && sharesQuestion(previous, check)) }
        return check.asksNetwork && !previous.asksNetwork
    }

    private static func sharesQuestion(_ left: CheckDefinition, _ right: CheckDefinition) -> Bool {
        left.decider == right.decider && left.asksNetwork == right.asksNetwork
    }

    private static func questions(of range: Range<Int>, in checks: [PolicyCheck]) -> [Question] {
        var questions: [Question] = []
        for position in range {
            let check = checks[position]
            guard case .service(let service) = check.definition.decider else { continue }
            let network = check.definition.asksNetwork
            let same = questions.firstIndex { $0.service == service && $0.asksNetwork == network }
            let index = same ?? questions.endIndex
            if same == nil {
                questions.append(
                    Question(
                        service: service, checks: [], asksNetwork: network, records: false, isKeyed: false, limit: 0))
            }
            questions[index].checks.append(position)
            questions[index].records = questions[index].records || check.definition.records
            questions[index].isKeyed = questions[index].isKeyed || check.definition.isKeyed
            questions[index].limit = max(questions[index].limit, check.limit)
        }
        let planned = checks.map(PlannedCheck.init)
        for index in questions.indices {
            questions[index].applicable = ClientStanding.allCases.map { standing in
                CheckGroup(questions[index].checks.filter { checks[$0].appliesTo.includes(standing) }, of: planned)
            }
        }
        return questions
    }
}
