public import NIOCore
public import PostfixProtocol

/// Asks a service to do its timed work. What it lacks for that it asks for, and is then asked again.
///
/// The work is idempotent: two frontends may ask for it at the same time.
public struct UpkeepRequest: Sendable, Equatable {
    /// What the service gave with its last `need` of this run; nil when the run begins. So the service need not
    /// remember where it is.
    public var cursor: String?
    /// What it asked for; what could not be had is `unknown`.
    public var facts: [FactName: String]
    /// When the asker stops waiting for this answer.
    public var deadline: MonotonicInstant

    /// A request; without a cursor it begins a run.
    public init(
        cursor: String? = nil, facts: [FactName: String] = [:],
        deadline: MonotonicInstant = MonotonicInstant(microseconds: .max)
    ) {
        self.cursor = cursor
        self.facts = facts
        self.deadline = deadline
    }

    /// Decodes a `request=upkeep` message.
    public init(_ list: AttributeList) {
        self.init(
            cursor: list.string("cursor"), facts: FactReply(list)?.values ?? [:],
            deadline: list.integer("deadline").map(MonotonicInstant.init(milliseconds:))
                ?? MonotonicInstant(microseconds: .max))
    }

    /// Appends the request without the lines every request begins with, nor the closing empty line.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.writeAttribute("request", "upkeep")
        buffer.writeAttribute("deadline", deadline.milliseconds)
        if let cursor { buffer.writeAttribute("cursor", cursor) }
        for (name, value) in facts { name.encode(value, into: &buffer) }
    }
}
