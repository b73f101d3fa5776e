public import NIOCore
public import PostfixProtocol

/// A question to a provider: what are these facts? Providers only read.
public struct FactRequest: Sendable {
    /// The facts wanted.
    public var names: [FactName]
    /// The client's address, on which some facts depend; empty when there is none.
    public var clientAddress: String
    /// When the asker stops waiting.
    public var deadline: MonotonicInstant

    /// A question about `names`.
    public init(
        names: [FactName], clientAddress: String = "",
        deadline: MonotonicInstant = MonotonicInstant(microseconds: .max)
    ) {
        self.names = names
        self.clientAddress = clientAddress
        self.deadline = deadline
    }

    /// Decodes a `request=fact` message; nil when it asks for nothing.
    public init?(_ list: AttributeList) {
        let names = (list.string("names") ?? "").split(separator: " ").compactMap { FactName(parsing: String($0)) }
        guard !names.isEmpty else { return nil }
        self.init(
            names: names, clientAddress: list.string("client_address") ?? "",
            deadline: list.integer("deadline").map(MonotonicInstant.init(milliseconds:))
                ?? MonotonicInstant(microseconds: .max))
    }

    /// Appends the request without the lines every request begins with, nor the closing empty line.
    public func encode(into buffer: inout ByteBuffer) {
        let words = names.map(\.description)
        let space = 2 * ByteWriter.spaceOfLine + ByteWriter.space(of: words) + ByteWriter.space(of: clientAddress)
        buffer.write(atMost: space) { writer in
            writer.write("request=fact\n" as StaticString)
            writer.writeAttribute("names", words: words)
            writer.writeAttribute("deadline", deadline.milliseconds)
            if !clientAddress.isEmpty { writer.writeAttribute("client_address", clientAddress) }
        }
    }
}

/// The answer to a fact request: `fact.KIND:SUBJECT=VALUE` for each; what is missing is unknown.
public struct FactReply: Sendable, Equatable {
    /// The values by name.
    public var values: [FactName: String]
    /// What the provider's answers stand on, at most 64 bytes; nil when it does not tell. As long as it tells the same,
    /// nothing has changed that it knows of, and what it said before is still its word.
    public var revision: String?
    /// For how many milliseconds all these values hold, whatever the revision; nil when the provider does not tell.
    public var lifetime: Int?

    /// An answer.
    public init(values: [FactName: String], revision: String? = nil, lifetime: Int? = nil) {
        self.values = values
        self.revision = revision
        self.lifetime = lifetime
    }

    /// Decodes an answer; nil when a name stands in it twice.
    public init?(_ list: AttributeList) {
        guard list.hasDuplicateName == nil else { return nil }
        var values: [FactName: String] = [:]
        list.forEach(prefix: "fact.") { name, value in
            if let name = FactName(parsing: name) { values[name] = value }
        }
        self.init(
            values: values, revision: list.string("revision").flatMap { $0.utf8.count <= 64 ? $0 : nil },
            lifetime: list.integer("lifetime").flatMap { $0 > 0 ? $0 : nil })
    }

    /// Appends the reply's attributes.
    public func encode(into buffer: inout ByteBuffer) {
        for (name, value) in values { name.encode(value, into: &buffer) }
        if let revision { buffer.writeAttribute("revision", revision) }
        if let lifetime { buffer.writeAttribute("lifetime", lifetime) }
    }
}
