public import NIOCore
public import PostfixProtocol

/// A question to a service: decide these checks about this Postfix request.
public struct CheckRequest: Sendable {
    /// The checks to decide, in the policy's order.
    public var checks: [String]
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

    /// A question.
    public init(
        checks: [String], policy: PolicyRequest, key: RecordingKey? = nil,
        deadline: MonotonicInstant = MonotonicInstant(microseconds: .max), facts: AttachedFacts = [:],
        recipients: KnownRecipients? = nil, isDryRun: Bool = false
    ) {
        self.checks = checks
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
        let checks = list.bytes("checks").map { $0.withUnsafeBytes { Self.words($0) } } ?? []
        guard !checks.isEmpty else { return nil }
        self.checks = checks
        policy = PolicyRequest(list)
        key = list.string("key").flatMap(RecordingKey.init(parsing:))
        deadline =
            list.integer("deadline").map(MonotonicInstant.init(milliseconds:)) ?? MonotonicInstant(microseconds: .max)
        facts = Self.facts(in: list)
        recipients = KnownRecipients(list)
        isDryRun = list.string("dry-run") == "1"
    }

    private static func facts(in list: AttributeList) -> AttachedFacts {
        // Many questions come without facts, and no attribute of Postfix begins like theirs.
        var mayHaveFacts = false
        let isPlain = list.forEachPlain { name, _ in
            if name.first == UInt8(ascii: "f") { mayHaveFacts = true }
        }
        return mayHaveFacts || !isPlain ? AttachedFacts(in: list) : [:]
    }

    /// What stands between spaces.
    private static func words(_ bytes: UnsafeRawBufferPointer) -> [String] {
        var words: [String] = []
        words.reserveCapacity(8)
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: " ")) ?? bytes.count
            if end > start {
                words.append(String(decoding: UnsafeRawBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self))
            }
            start = end + 1
        }
        return words
    }

    /// Appends the whole request without the lines every request begins with, nor the closing empty line.
    ///
    /// `attributes` are the already encoded attributes of `policy`, which one decision encodes only once.
    public func encode(into buffer: inout ByteBuffer, attributes: ByteBuffer) {
        let space = 4 * ByteWriter.spaceOfLine + ByteWriter.space(of: checks) + facts.space
        buffer.write(atMost: space) { writer in
            writer.write("request=check\n" as StaticString)
            writer.writeAttribute("checks", words: checks)
            if let key { writer.writeAttribute("key", key.description) }
            writer.writeAttribute("deadline", deadline.milliseconds)
            if isDryRun { writer.write("dry-run=1\n" as StaticString) }
            facts.encode(into: &writer)
        }
        recipients?.encode(into: &buffer)
        buffer.writeImmutableBuffer(attributes)
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
