public import NIOCore
public import PostfixProtocol

/// A question to a service: decide these checks about this Postfix request.
public struct CheckRequest: Sendable {
    /// The checks to decide, in the policy's order.
    public private(set) var asked: AskedChecks
    /// Postfix's attributes.
    public var policy: PolicyRequest
    /// The name of the recording; nil when there is none to tell a retry by.
    public var key: RecordingKey?
    /// When the asker stops waiting: what has not been committed by then must not be.
    public var deadline: MonotonicInstant
    /// What other services know, as far as it was wanted or needed.
    public var facts: AttachedFacts
    /// The recipients accepted at RCPT, as received; only at DATA and END-OF-MESSAGE.
    public var recipients: KnownRecipients?
    /// Decide and roll back: nothing may be recorded.
    public var isDryRun: Bool
    /// Whether Postfix itself asks, so that nobody has decided to whose mail the checks apply. Never on the wire.
    public var isDirect = false

    /// The names of the checks to decide.
    public var checks: [String] {
        get { asked.names }
        set { asked = AskedChecks(newValue) }
    }

    /// A question.
    public init(
        checks: [String], policy: PolicyRequest, key: RecordingKey? = nil,
        deadline: MonotonicInstant = MonotonicInstant(microseconds: .max), facts: AttachedFacts = [:],
        recipients: KnownRecipients? = nil, isDryRun: Bool = false
    ) {
        self.init(
            AskedChecks(checks), policy: policy, key: key, deadline: deadline, facts: facts, recipients: recipients,
            isDryRun: isDryRun)
    }

    /// A question for checks whose list is made already.
    public init(
        _ asked: AskedChecks, policy: PolicyRequest, key: RecordingKey? = nil,
        deadline: MonotonicInstant = MonotonicInstant(microseconds: .max), facts: AttachedFacts = [:],
        recipients: KnownRecipients? = nil, isDryRun: Bool = false
    ) {
        self.asked = asked
        self.policy = policy
        self.key = key
        self.deadline = deadline
        self.facts = facts
        self.recipients = recipients
        self.isDryRun = isDryRun
    }

    /// Decodes a `request=check` message.
    /// - Returns: nil when it names no check.
    public init?(_ list: AttributeList) {
        var known = KnownChecks()
        self.init(list, known: &known)
    }

    /// The same, by one who is asked often.
    public init?(_ list: AttributeList, known: inout KnownChecks) {
        let lines = QuestionLines(list, known: &known)
        guard let checks = lines.checks, !checks.names.isEmpty else { return nil }
        asked = checks
        policy = PolicyRequest(list)
        key = lines.key
        deadline = lines.deadline.map(MonotonicInstant.init(milliseconds:)) ?? MonotonicInstant(microseconds: .max)
        facts = lines.facts
        recipients = lines.mayHaveRecipients ? KnownRecipients(list) : nil
        isDryRun = lines.isDryRun
    }

    /// Appends the whole request without the lines every request begins with, nor the closing empty line.
    public func encode(into buffer: inout ByteBuffer) {
        Self.encode(
            asked, key: key, deadline: deadline, facts: facts, recipients: recipients, isDryRun: isDryRun,
            into: &buffer)
        policy.encodeAttributes(into: &buffer)
    }

    /// Appends what a request says beside Postfix's attributes, made of these parts, of which none is copied for it.
    public static func encode(
        _ asked: AskedChecks, key: RecordingKey?, deadline: MonotonicInstant, facts: AttachedFacts,
        recipients: KnownRecipients?, isDryRun: Bool, into buffer: inout ByteBuffer
    ) {
        let space = 3 * ByteWriter.spaceOfLine + asked.line.readableBytes + facts.space
        buffer.write(atMost: space) { writer in
            writer.write("request=check\n" as StaticString)
            asked.line.withUnsafeReadableBytes { writer.write($0) }
            if let key { writer.writeAttribute("key", key.description) }
            writer.writeAttribute("deadline", deadline.milliseconds)
            if isDryRun { writer.write("dry-run=1\n" as StaticString) }
            facts.encode(into: &writer)
        }
        recipients?.encode(into: &buffer)
    }

    /// The value of the fact `kind` about the domain of `address`; nil when it was not attached.
    public func fact(_ kind: String, about address: String) -> String? {
        FactWant(kind: kind, attribute: "").name(for: address).flatMap { facts[$0] }
    }
}

/// The recipients of one message that were accepted at RCPT.
public struct KnownRecipients: Sendable, Equatable {
    /// Addresses as received, in no particular order.
    public var addresses: [String]
    /// Whether these are all: their number equals Postfix's `recipient_count`.
    public var isComplete: Bool

    /// A set of recipients.
    public init(addresses: [String], isComplete: Bool) {
        self.addresses = addresses
        self.isComplete = isComplete
    }

    init?(_ list: AttributeList) {
        guard let kind = list.string("recipients"), kind == "complete" || kind == "partial" else { return nil }
        // By bytes: as a Character, a CR at the end of an address would hide the LF behind it.
        let addresses = (list.string("recipient_list") ?? "").utf8.split(separator: 10).map { String(Substring($0)) }
        self.init(addresses: addresses, isComplete: kind == "complete")
    }

    /// Addresses hold no line feed, so one separates them; on the wire it is `%0A`. What would make the line too long
    /// is left out, and the rest is no longer complete.
    func encode(into buffer: inout ByteBuffer) {
        var listed = addresses[...]
        var size = listed.reduce(0) { $0 + $1.utf8.count * 3 + 3 }
        while size > Self.maximumEncodedBytes, let last = listed.popLast() { size -= last.utf8.count * 3 + 3 }
        let isWhole = isComplete && listed.count == addresses.count
        buffer.writeAttribute("recipients", isWhole ? "complete" : "partial")
        buffer.writeAttribute("recipient_list", listed.joined(separator: "\n"))
    }

    private static let maximumEncodedBytes = 60_000
}

/// What a question says beside the attributes of Postfix.
private struct QuestionLines {
    var checks: AskedChecks?
    var key: RecordingKey?
    /// In milliseconds.
    var deadline: Int?
    var isDryRun = false
    var facts: AttachedFacts = [:]
    var mayHaveRecipients = false

    init(_ list: AttributeList, known: inout KnownChecks) {
        // Nearly all are plain, and read in one pass.
        let isPlain = list.withPlainFields { bytes, fields in
            for field in fields { note(field, in: bytes, &known) }
        }
        guard !isPlain else { return }
        checks = list.bytes("checks").map { $0.withUnsafeBytes { known.checks($0) } }
        key = list.string("key").flatMap(RecordingKey.init(parsing:))
        deadline = list.integer("deadline")
        isDryRun = list.string("dry-run") == "1"
        facts = AttachedFacts(in: list)
        mayHaveRecipients = true
    }

    private mutating func note(
        _ field: AttributeList.Field, in bytes: UnsafeRawBufferPointer, _ known: inout KnownChecks
    ) {
        let name = field.name(in: bytes)
        let value = field.value(in: bytes)
        // No attribute of Postfix begins like a fact.
        if name.first == UInt8(ascii: "f"), UnsafeRawBufferPointer(rebasing: name.prefix(5)).equals("fact.") {
            let rest = UnsafeRawBufferPointer(rebasing: name[5...])
            if let fact = FactName(parsing: rest) { facts.append(fact, String(decoding: value, as: UTF8.self)) }
            return
        }
        switch name.count {
        case 3 where name.equals("key"):
            key = RecordingKey(parsing: String(decoding: value, as: UTF8.self))
        case 6 where name.equals("checks"): checks = known.checks(value)
        case 7 where name.equals("dry-run"): isDryRun = value.equals("1")
        case 8 where name.equals("deadline"): deadline = DecimalNumber.parse(value)
        case 10 where name.equals("recipients"): mayHaveRecipients = true
        default: break
        }
    }
}
