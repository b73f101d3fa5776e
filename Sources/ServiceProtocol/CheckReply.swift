public import NIOCore
public import PostfixProtocol

/// What one check answered.
public enum CheckResult: Sendable, Equatable {
    /// It decided. `score` is added to the message's score; `reason` is for the log.
    case verdict(Verdict, reason: String, score: Double)
    /// It could not decide: its failure rule applies. The text is for the log.
    case error(String)

    /// Nothing to say, and no reason for that: what nearly all checks answer.
    var isSilent: Bool {
        if case .verdict(.none, let reason, let score) = self { reason.isEmpty && score == 0 } else { false }
    }

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

    /// The same, as the answer to a question for these checks: the most frequent one stands ready.
    public func encode(to asked: AskedChecks, into buffer: inout ByteBuffer) {
        if case .results(let results) = self, asked.isSilence(results) {
            asked.writeSilence(into: &buffer)
        } else {
            encode(into: &buffer)
        }
    }

    private static func space(of check: String, _ result: CheckResult) -> Int {
        if result.isSilent { return ByteWriter.spaceOfLine + 3 * check.utf8.count }
        switch result {
        case .error(let text): return ByteWriter.space(of: text) + 3 * check.utf8.count
        case .verdict(let verdict, let reason, _):
            return ByteWriter.space(of: verdict.text) + ByteWriter.space(of: reason) + ByteWriter.spaceOfLine
                + 9 * check.utf8.count
        }
    }

    private static func encode(_ check: String, _ result: CheckResult, into writer: inout ByteWriter) {
        if result.isSilent { return writer.writeAttribute(prefix: "verdict.", check, constant: "none") }
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
        self = Self.decode(list, asked: AskedChecks(checks)).reply
    }

    /// The same, and whether there may be answers for checks nobody asked.
    public static func decode(
        _ list: AttributeList, asked: AskedChecks
    ) -> (reply: CheckReply, mayHaveUnasked: Bool) {
        if let name = doubledName(in: list) {
            return (.results(asked.names.map { ($0, .error("\(name) stands twice in the reply")) }), true)
        }
        if let text = list.string("need") {
            let words = text.split(separator: " ")
            let names = words.compactMap { FactName(parsing: String($0)) }
            if !names.isEmpty, names.count == words.count, names.count <= maximumNeeds { return (.needs(names), true) }
            return (.results(asked.names.map { ($0, .error("need is malformed")) }), true)
        }
        guard let plain = PlainAnswers(to: asked, in: list) else {
            return (.results(asked.names.map { ($0, decodedResult(of: $0, in: list)) }), true)
        }
        return (.results(plain.results), plain.hasUnasked)
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

    fileprivate static func result(
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
    /// What is said about one check; no text is made of what is not used.
    private struct Answer {
        var count = 0
        var error: AttributeList.Field?
        var verdict: AttributeList.Field?
        var reason: AttributeList.Field?
        var score: AttributeList.Field?
    }

    /// In the order of the checks.
    private(set) var results: [(check: String, result: CheckResult)] = []
    /// Whether there is an answer of a check nobody asked.
    private(set) var hasUnasked = false

    /// Nil when something has to be decoded.
    init?(to asked: AskedChecks, in list: AttributeList) {
        let isPlain = list.withPlainFields { bytes, fields in
            withUnsafeTemporaryAllocation(of: Answer.self, capacity: asked.names.count) { answers in
                answers.initialize(repeating: Answer())
                read(fields, of: bytes, to: asked, into: answers)
                results.reserveCapacity(answers.count)
                for (place, name) in asked.names.enumerated() {
                    results.append((name, Self.result(answers[place], in: bytes)))
                }
            }
        }
        guard isPlain else { return nil }
    }

    private mutating func read(
        _ fields: UnsafeBufferPointer<AttributeList.Field>, of bytes: UnsafeRawBufferPointer, to asked: AskedChecks,
        into answers: UnsafeMutableBufferPointer<Answer>
    ) {
        var last = -1
        for field in fields {
            let name = field.name(in: bytes)
            guard let kind = Kind(name) else { continue }
            let check = UnsafeRawBufferPointer(rebasing: name[kind.prefix.utf8CodeUnitCount...])
            guard let place = asked.place(of: check, guess: kind.isAnswer ? last + 1 : last) else {
                if kind.isAnswer { hasUnasked = true }
                continue
            }
            last = place
            switch kind {
            case .verdict: answers[place].verdict = field
            case .error: answers[place].error = field
            case .reason: answers[place].reason = field
            case .score: answers[place].score = field
            }
            if kind.isAnswer { answers[place].count += 1 }
        }
    }

    private static func result(_ answer: Answer, in bytes: UnsafeRawBufferPointer) -> CheckResult {
        // What nearly all say.
        if answer.count == 1, answer.reason == nil, answer.score == nil, let verdict = answer.verdict,
            verdict.value(in: bytes).equals("none")
        {
            return .verdict(.none)
        }
        func text(_ field: AttributeList.Field) -> String { String(decoding: field.value(in: bytes), as: UTF8.self) }
        return CheckReply.result(
            answers: answer.count, error: answer.error.map(text), verdict: answer.verdict.map(text),
            reason: answer.reason.map(text), score: answer.score.map(text))
    }
}

/// What a line of an answer tells of a check.
private enum Kind {
    case verdict, error, reason, score

    init?(_ name: UnsafeRawBufferPointer) {
        guard let first = name.first else { return nil }
        switch first {
        case UInt8(ascii: "v"): self = .verdict
        case UInt8(ascii: "e"): self = .error
        case UInt8(ascii: "r"): self = .reason
        case UInt8(ascii: "s"): self = .score
        default: return nil
        }
        guard UnsafeRawBufferPointer(rebasing: name.prefix(prefix.utf8CodeUnitCount)).equals(prefix) else {
            return nil
        }
    }

    /// What its name begins with.
    var prefix: StaticString {
        switch self {
        case .verdict: "verdict."
        case .error: "error."
        case .reason: "reason."
        case .score: "score."
        }
    }

    /// One of each check.
    var isAnswer: Bool { self == .verdict || self == .error }
}
