public import NIOCore
public import PostfixProtocol

/// What one check answered.
public enum CheckResult: Sendable, Equatable {
    /// It decided. `score` is added to the message's score; `reason` is for the log.
    case verdict(Verdict, reason: String, score: Double)
    /// It could not decide: its failure rule applies. The text is for the log.
    case error(String)

    /// A decision without a score.
    public static func verdict(_ verdict: Verdict, reason: String = "") -> CheckResult {
        .verdict(verdict, reason: reason, score: 0)
    }
}

/// A service's answer to a check request.
public enum CheckReply: Sendable, Equatable {
    /// One result for each asked check, in the order they were asked.
    case results([(check: String, result: CheckResult)])
    /// Costly facts it lacks; the frontend gets them and asks again.
    case needs([FactName])

    /// Whether two replies say the same.
    public static func == (left: CheckReply, right: CheckReply) -> Bool {
        switch (left, right) {
        case (.results(let left), .results(let right)):
            left.elementsEqual(right) { $0.check == $1.check && $0.result == $1.result }
        case (.needs(let left), .needs(let right)): left == right
        default: false
        }
    }

    /// Appends the reply's attributes, without the lines every reply begins with.
    public func encode(into buffer: inout ByteBuffer) {
        switch self {
        case .needs(let names):
            let words = names.map(\.description)
            buffer.write(atMost: ByteWriter.space(of: words)) { $0.writeAttribute("need", words: words) }
        case .results(let results):
            buffer.write(atMost: results.reduce(0) { $0 + Self.space(of: $1.check, $1.result) }) { writer in
                for (check, result) in results { Self.encode(check, result, into: &writer) }
            }
        }
    }

    private static func space(of check: String, _ result: CheckResult) -> Int {
        switch result {
        case .error(let text): ByteWriter.space(of: text) + 3 * check.utf8.count
        case .verdict(let verdict, let reason, _):
            ByteWriter.space(of: verdict.text) + ByteWriter.space(of: reason) + ByteWriter.spaceOfLine
                + 9 * check.utf8.count
        }
    }

    private static func encode(_ check: String, _ result: CheckResult, into writer: inout ByteWriter) {
        switch result {
        case .error(let text):
            writer.writeAttribute(prefix: "error.", check, value: text)
        case .verdict(let verdict, let reason, let score):
            writer.writeAttribute(prefix: "verdict.", check, value: verdict.text)
            if !reason.isEmpty { writer.writeAttribute(prefix: "reason.", check, value: reason) }
            if score != 0 { writer.writeAttribute(prefix: "score.", check, value: "\(score)") }
        }
    }

    /// Decodes the answer to a request for `checks`.
    ///
    /// A missing or doubled answer, or one that does not parse, is that check's error alone; any other doubled name is
    /// the error of all. An answer for a check nobody asked is ignored here: ``unaskedChecks(in:asked:)``.
    public init(_ list: AttributeList, checks: [String]) {
        self = Self.decode(list, checks: checks).reply
    }

    /// The same, and whether there may be answers for checks nobody asked.
    public static func decode(
        _ list: AttributeList, checks: [String]
    ) -> (reply: CheckReply, mayHaveUnasked: Bool) {
        if let name = doubledName(in: list) {
            return (.results(checks.map { ($0, .error("\(name) stands twice in the reply")) }), true)
        }
        if let text = list.string("need") {
            let words = text.split(separator: " ")
            let names = words.compactMap { FactName(parsing: String($0)) }
            if !names.isEmpty, names.count == words.count, names.count <= maximumNeeds { return (.needs(names), true) }
            return (.results(checks.map { ($0, .error("need is malformed")) }), true)
        }
        guard let plain = PlainAnswers(to: checks, in: list) else {
            return (.results(checks.map { ($0, decodedResult(of: $0, in: list)) }), true)
        }
        let results = checks.indices.map { place in
            let answer = plain.answers[checks.firstIndex(of: checks[place]) ?? place]
            let result = result(
                answers: answer.count, error: answer.error, verdict: answer.verdict, reason: answer.reason,
                score: answer.score)
            return (check: checks[place], result: result)
        }
        return (.results(results), plain.hasUnasked)
    }

    /// How many facts one answer may ask for.
    public static let maximumNeeds = 16

    /// The checks that `list` answers although nobody asked; the log should tell of such a service.
    public static func unaskedChecks(in list: AttributeList, asked: [String]) -> Set<String> {
        var unasked: Set<String> = []
        for prefix in ["verdict.", "error."] {
            list.forEach(prefix: prefix) { name, _ in
                if !asked.contains(name) { unasked.insert(name) }
            }
        }
        return unasked
    }

    /// A name beside the answers that stands twice.
    private static func doubledName(in list: AttributeList) -> String? {
        guard list.hasDuplicateName != nil else { return nil }
        var seen: Set<String> = []
        var doubled: String?
        list.forEach(prefix: "") { name, _ in
            let isAnswer = name.hasPrefix("verdict.") || name.hasPrefix("error.")
            if !isAnswer, !seen.insert(name).inserted { doubled = doubled ?? name }
        }
        return doubled
    }

    /// What is said about one check in a message in which something has to be decoded.
    private static func decodedResult(of check: String, in list: AttributeList) -> CheckResult {
        let verdictName = "verdict." + check
        let errorName = "error." + check
        let errors = list.count(of: errorName)
        let answers = list.count(of: verdictName) + errors
        return result(
            answers: answers, error: errors > 0 ? list.string(errorName) : nil, verdict: list.string(verdictName),
            reason: list.string("reason." + check), score: list.string("score." + check))
    }

    private static func result(
        answers: Int, error: String?, verdict: String?, reason: String?, score: String?
    ) -> CheckResult {
        guard answers == 1 else {
            return .error(answers == 0 ? "no verdict in the reply" : "more than one verdict in the reply")
        }
        if let error { return .error(error) }
        guard let verdict = Verdict(parsing: verdict ?? "") else { return .error("verdict is not a Postfix action") }
        let score = score.map { Double($0) ?? .nan } ?? 0
        guard score.isFinite else { return .error("score is not a number") }
        return .verdict(verdict, reason: reason ?? "", score: score)
    }
}

/// What a message in which nothing has to be decoded says about checks, found in one pass.
private struct PlainAnswers {
    struct Answer {
        var count = 0
        var error: String?
        var verdict: String?
        var reason: String?
        var score: String?
    }

    private enum Kind {
        case verdict, error, reason, score
    }

    /// In the order of the checks; of one that was asked twice in its first place.
    private(set) var answers: [Answer]
    /// Whether there is an answer of a check nobody asked.
    private(set) var hasUnasked = false

    /// Nil when something has to be decoded.
    init?(to checks: [String], in list: AttributeList) {
        answers = Array(repeating: Answer(), count: checks.count)
        let isPlain = list.forEachPlain { name, value in
            guard let dot = name.firstIndex(of: UInt8(ascii: ".")),
                let kind = Self.kind(UnsafeRawBufferPointer(rebasing: name[..<dot]))
            else { return }
            let check = UnsafeRawBufferPointer(rebasing: name[(dot + 1)...])
            let place = checks.firstIndex {
                $0.utf8.count == check.count && AttributeList.starts(check, with: $0)
            }
            if let place {
                take(kind, value, at: place)
            } else if kind == .verdict || kind == .error {
                hasUnasked = true
            }
        }
        guard isPlain else { return nil }
    }

    private static func kind(_ name: UnsafeRawBufferPointer) -> Kind? {
        switch name.count {
        case 7 where AttributeList.starts(name, with: "verdict"): .verdict
        case 5 where AttributeList.starts(name, with: "error"): .error
        case 6 where AttributeList.starts(name, with: "reason"): .reason
        case 5 where AttributeList.starts(name, with: "score"): .score
        default: nil
        }
    }

    private mutating func take(_ kind: Kind, _ value: UnsafeRawBufferPointer, at place: Int) {
        let text = String(decoding: value, as: UTF8.self)
        switch kind {
        case .verdict:
            answers[place].count += 1
            answers[place].verdict = text
        case .error:
            answers[place].count += 1
            answers[place].error = text
        case .reason: answers[place].reason = text
        case .score: answers[place].score = text
        }
    }
}
