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
            buffer.writeAttribute("need", names.map(\.description).joined(separator: " "))
        case .results(let results):
            for (check, result) in results { Self.encode(check, result, into: &buffer) }
        }
    }

    private static func encode(_ check: String, _ result: CheckResult, into buffer: inout ByteBuffer) {
        switch result {
        case .error(let text):
            buffer.writeAttribute(prefix: "error.", check, value: text)
        case .verdict(let verdict, let reason, let score):
            buffer.writeAttribute(prefix: "verdict.", check, value: verdict.text)
            if !reason.isEmpty { buffer.writeAttribute(prefix: "reason.", check, value: reason) }
            if score != 0 { buffer.writeAttribute(prefix: "score.", check, value: "\(score)") }
        }
    }

    /// Decodes the answer to a request for `checks`.
    ///
    /// A missing or doubled answer, or one that does not parse, is that check's error alone; any other doubled name is
    /// the error of all. An answer for a check nobody asked is ignored here: ``unaskedChecks(in:asked:)``.
    public init(_ list: AttributeList, checks: [String]) {
        if let name = Self.doubledName(in: list) {
            self = .results(checks.map { ($0, .error("\(name) stands twice in the reply")) })
            return
        }
        if let text = list.string("need") {
            let words = text.split(separator: " ")
            let names = words.compactMap { FactName(parsing: String($0)) }
            if !names.isEmpty, names.count == words.count, names.count <= Self.maximumNeeds {
                self = .needs(names)
            } else {
                self = .results(checks.map { ($0, .error("need is malformed")) })
            }
            return
        }
        self = .results(checks.map { ($0, Self.result(of: $0, in: list)) })
    }

    /// How many facts one answer may ask for.
    public static let maximumNeeds = 16

    /// The checks that `list` answers although nobody asked; the log should tell of such a service.
    public static func unaskedChecks(in list: AttributeList, asked: [String]) -> Set<String> {
        var unasked: Set<String> = []
        guard !areAllAsked(in: list, asked) else { return unasked }
        for prefix in ["verdict.", "error."] {
            list.forEach(prefix: prefix) { name, _ in
                if !asked.contains(name) { unasked.insert(name) }
            }
        }
        return unasked
    }

    /// Nearly always; found without making a string of each name. False may also mean that it is not known.
    private static func areAllAsked(in list: AttributeList, _ asked: [String]) -> Bool {
        var areAsked = true
        let isKnown = list.forEachPlain { name, _ in
            for prefix in ["verdict.", "error."] where areAsked && AttributeList.starts(name, with: prefix) {
                let check = UnsafeRawBufferPointer(rebasing: name[prefix.utf8.count...])
                areAsked = asked.contains { $0.utf8.count == check.count && AttributeList.starts(check, with: $0) }
            }
        }
        return isKnown && areAsked
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

    private static func result(of check: String, in list: AttributeList) -> CheckResult {
        guard let answer = PlainAnswer(to: check, in: list) else { return decodedResult(of: check, in: list) }
        return result(
            answers: answer.count, error: answer.error, verdict: answer.verdict, reason: answer.reason,
            score: answer.score)
    }

    /// The same for a message in which something has to be decoded.
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

/// What a message in which nothing has to be decoded says about one check, found in one pass.
private struct PlainAnswer {
    private(set) var count = 0
    private(set) var error: String?
    private(set) var verdict: String?
    private(set) var reason: String?
    private(set) var score: String?

    /// Nil when something has to be decoded.
    init?(to check: String, in list: AttributeList) {
        let isPlain = list.forEachPlain { name, value in
            guard let dot = name.firstIndex(of: UInt8(ascii: ".")),
                name.count - dot - 1 == check.utf8.count,
                AttributeList.starts(UnsafeRawBufferPointer(rebasing: name[(dot + 1)...]), with: check)
            else { return }
            take(UnsafeRawBufferPointer(rebasing: name[..<dot]), value)
        }
        guard isPlain else { return nil }
    }

    private mutating func take(_ kind: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        let text = String(decoding: value, as: UTF8.self)
        switch kind.count {
        case 7 where AttributeList.starts(kind, with: "verdict"):
            count += 1
            verdict = text
        case 5 where AttributeList.starts(kind, with: "error"):
            count += 1
            error = text
        case 6 where AttributeList.starts(kind, with: "reason"): reason = text
        case 5 where AttributeList.starts(kind, with: "score"): score = text
        default: break
        }
    }
}
