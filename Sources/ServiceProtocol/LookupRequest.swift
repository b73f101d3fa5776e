public import NIOCore
public import PostfixProtocol

/// A table lookup passed on to a service.
public struct LookupRequest: Sendable {
    /// The table, for example `srs-forward`.
    public var map: String
    /// What is looked up, decoded.
    public var key: String
    /// What other services know about the key's domain.
    public var facts: [FactName: String]
    /// When the asker stops waiting.
    public var deadline: MonotonicInstant

    /// A lookup of `key` in `map`.
    public init(
        map: String, key: String, facts: [FactName: String] = [:],
        deadline: MonotonicInstant = MonotonicInstant(microseconds: .max)
    ) {
        self.map = map
        self.key = key
        self.facts = facts
        self.deadline = deadline
    }

    /// Decodes a `request=lookup` message; nil when it names no map or no key.
    public init?(_ list: AttributeList) {
        guard let map = list.string("map"), let key = list.string("key"), !map.isEmpty else { return nil }
        var facts: [FactName: String] = [:]
        list.forEach(prefix: "fact.") { name, value in
            if let name = FactName(parsing: name) { facts[name] = value }
        }
        self.init(
            map: map, key: key, facts: facts,
            deadline: list.integer("deadline").map(MonotonicInstant.init(milliseconds:))
                ?? MonotonicInstant(microseconds: .max))
    }

    /// Appends the request without the lines every request begins with, nor the closing empty line.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.writeAttribute("request", "lookup")
        buffer.writeAttribute("map", map)
        buffer.writeAttribute("key", key)
        buffer.writeAttribute("deadline", deadline.milliseconds)
        for (name, value) in facts { name.encode(value, into: &buffer) }
    }
}

/// The answer to a lookup.
public enum LookupResult: Sendable, Equatable {
    /// The value.
    case found(String)
    /// There is none; the text says why.
    case notFound(String)
    /// It could not be told now; the text says why.
    case temporary(String)

    /// Decodes `result=found VALUE | notfound TEXT | temporary TEXT`; nil for anything else, and when a name
    /// stands twice.
    public init?(_ list: AttributeList) {
        guard list.hasDuplicateName == nil, let text = list.string("result") else { return nil }
        // By bytes: as a Character, the blank would take a combining mark behind it along.
        let end = text.utf8.firstIndex(of: UInt8(ascii: " ")) ?? text.endIndex
        let rest = String(Substring(text.utf8[end...].dropFirst()))
        switch text[..<end] {
        case "found": self = .found(rest)
        case "notfound": self = .notFound(rest)
        case "temporary": self = .temporary(rest)
        default: return nil
        }
    }

    /// Appends the reply's attributes.
    public func encode(into buffer: inout ByteBuffer) {
        switch self {
        case .found(let value): buffer.writeAttribute("result", "found \(value)")
        case .notFound(let text): buffer.writeAttribute("result", "notfound \(text)")
        case .temporary(let text): buffer.writeAttribute("result", "temporary \(text)")
        }
    }
}
