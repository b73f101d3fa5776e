public import DNS
internal import MailTypes

/// check_host() of RFC 7208 section 4, as a value: it is given answers of the DNS and asks the next question, until it
/// has a result. No I/O and no clock.
///
/// One question is open at a time. A DNS that does not answer is an answer too: `failed`.
public struct SPFEvaluation: Sendable {
    /// What comes next.
    public enum Step: Sendable, Equatable {
        /// Ask this, and hand the answer to ``receive(_:)``.
        case ask(DNSQuestion)
        /// The result.
        case done(SPFOutcome)
    }

    /// A record that is being read: the one asked for, and in front of it those that are included.
    struct Frame: Sendable {
        /// The current domain, as it is written and as a name.
        var domain: [UInt8]
        var name: DNSName
        var record: SPFRecord
        /// The directive to look at.
        var position = 0
    }

    /// What the open question is for.
    enum Pending: Sendable {
        case nothing
        /// A record; `replaces` tells a redirect from an include.
        case record(domain: [UInt8], name: DNSName, replaces: Bool)
        case addresses(SPFPrefixLengths)
        case exchanges(SPFPrefixLengths)
        case exchangeAddresses(rest: ArraySlice<DNSName>, SPFPrefixLengths)
        case existence
        case reverseNames(for: ReversePurpose)
        case reverseAddresses(ReverseValidation)
        case explanation
    }

    /// What the client's reverse names are wanted for.
    enum ReversePurpose: Sendable {
        /// Whether one of them is within this name.
        case match(DNSName)
        /// The macro `p`.
        case macro
    }

    /// The reverse names whose addresses are being asked for.
    struct ReverseValidation: Sendable {
        var purpose: ReversePurpose
        var current: DNSName
        var rest: ArraySlice<DNSName>
        var validated: [DNSName] = []
    }

    let query: SPFQuery
    let limits: SPFLimits
    var frames: [Frame] = []
    var pending = Pending.nothing
    var terms = 0
    var voidTerms = 0
    /// Whether the DNS had nothing for some question of the term that is being looked at.
    var isTermVoid = false
    var questions = 0
    var visited: Set<DNSName> = []
    /// The validated reverse names of the client, once a macro has asked for them.
    var reverseNames: [DNSName]?
    var dependsOnSender = false
    /// Whether `all` was what let the client pass on the way to the result.
    var passedByAll = false
    /// The result, while its explanation is being sought.
    var ending: SPFOutcome?
    var explanationText: SPFMacroString?

    /// An evaluation.
    public init(_ query: SPFQuery, limits: SPFLimits = .standard) {
        self.query = query
        self.limits = limits
    }

    /// Begins.
    public mutating func start() -> Step {
        // Section 4.3: a malformed domain, or one that is no name of several labels.
        guard let name = DNSName(query.domain), name.labelCount > 1, query.domain.utf8.first != UInt8(ascii: "[") else {
            return .done(SPFOutcome(.none))
        }
        var domain = Array(query.domain.utf8)
        if domain.last == UInt8(ascii: ".") { domain.removeLast() }
        return askForRecord(of: domain, name, replaces: false)
    }

    /// The answer to the open question.
    public mutating func receive(_ answer: DNSAnswer) -> Step {
        let purpose = pending
        pending = .nothing
        if answer.isNegative { isTermVoid = true }
        switch purpose {
        case .nothing: return finish(.temperror, problem: "an answer to no question")
        case .record(let domain, let name, let replaces):
            return receiveRecord(answer, domain, name, replaces: replaces)
        case .addresses(let lengths): return receiveAddresses(answer, lengths)
        case .exchanges(let lengths): return receiveExchanges(answer, lengths)
        case .exchangeAddresses(let rest, let lengths): return receiveExchangeAddresses(answer, rest, lengths)
        case .existence: return receiveExistence(answer)
        case .reverseNames(let purpose): return receiveReverseNames(answer, purpose)
        case .reverseAddresses(let validation): return receiveReverseAddresses(answer, validation)
        case .explanation: return receiveExplanation(answer)
        }
    }

    // MARK: - Asking

    mutating func ask(_ name: DNSName, _ type: DNSRecordType, for purpose: Pending) -> Step {
        questions += 1
        if let limit = limits.questions, questions > limit {
            return finish(.permerror, problem: "more than \(limit) questions")
        }
        pending = purpose
        return .ask(DNSQuestion(name, type))
    }

    mutating func askForRecord(of domain: [UInt8], _ name: DNSName, replaces: Bool) -> Step {
        visited.insert(name)
        return ask(name, .txt, for: .record(domain: domain, name: name, replaces: replaces))
    }

    /// The kind of address the client has.
    var addressType: DNSRecordType { query.client.bitWidth == 32 ? .a : .aaaa }

    // MARK: - The result

    mutating func finish(_ result: SPFResult, problem: String) -> Step {
        .done(SPFOutcome(result, problem: problem, dependsOnSender: dependsOnSender))
    }

    mutating func failed(_ failure: DNSFailure) -> Step {
        let domain = frames.last.map { " at \($0.name)" } ?? ""
        return finish(.temperror, problem: "\(failure.rawValue)\(domain)")
    }

    /// The whole has a result by a directive, or by none.
    mutating func finish(_ result: SPFResult, by directive: SPFDirective?) -> Step {
        var outcome = SPFOutcome(result, isListed: result == .pass && !passedByAll)
        if let directive, let frame = frames.last {
            outcome.directive = "\(String(decoding: directive.text, as: UTF8.self)) of \(frame.name)"
        }
        ending = outcome
        return explain()
    }

    /// The result without an explanation, or with it.
    mutating func end(explanation: String? = nil) -> Step {
        var outcome = ending ?? SPFOutcome(.temperror)
        outcome.explanation = explanation
        outcome.dependsOnSender = dependsOnSender
        return .done(outcome)
    }

    // MARK: - Macros

    func macroValues(_ frame: Frame) -> SPFMacroValues {
        SPFMacroValues(query: query, domain: frame.domain, reverseNames: reverseNames)
    }

    /// Notes what an expansion may depend on.
    mutating func note(_ text: SPFMacroString) {
        if text.uses(SPFMacroValues.lettersOfSender) { dependsOnSender = true }
    }

    /// Whether the reverse names must be asked for before a text can be expanded.
    func lacksReverseNames(_ text: SPFMacroString) -> Bool {
        reverseNames == nil && text.uses("p")
    }
}
