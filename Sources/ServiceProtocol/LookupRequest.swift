public import NIOCore
public import PostfixProtocol

/// A table lookup passed on to a service.
public struct LookupRequest: Sendable {
    /// The table, for example `srs-forward`.
    public var map: String
    /// What is looked up, decoded.
    public var key: String
    /// What other services know about the key's domain.
    public var facts: AttachedFacts
    /// When the asker stops waiting.
    public var deadline: MonotonicInstant

    /// A lookup of `key` in `map`.
    public init(
        map: String, key: String, facts: AttachedFacts = [:],
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
        self.init(
            map: map, key: key, facts: AttachedFacts(in: list),
            deadline: list.integer("deadline").map(MonotonicInstant.init(milliseconds:))
                ?? MonotonicInstant(microseconds: .max))
    }

    /// Appends the request without the lines every request begins with, nor the closing empty line.
    public func encode(into buffer: inout ByteBuffer) {
        let space = 2 * ByteWriter.spaceOfLine + ByteWriter.space(of: map) + ByteWriter.space(of: key) + facts.space
        buffer.write(atMost: space) { writer in
            writer.write("request=lookup\n" as StaticString)
            writer.writeAttribute("map", map)
            writer.writeAttribute("key", key)
            writer.writeAttribute("deadline", deadline.milliseconds)
            facts.encode(into: &writer)
        }
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
        guard list.hasDuplicateName == nil, let value = list.bytes("result") else { return nil }
        let parts = value.withUnsafeBytes { bytes in
            // By bytes: as a Character, the blank would take a combining mark behind it along.
            let end = bytes.firstIndex(of: UInt8(ascii: " ")) ?? bytes.count
            return (word: bytes[..<end].count, text: String(decoding: bytes[end...].dropFirst(), as: UTF8.self))
        }
        let word = value.prefix(parts.word)
        if word.elementsEqual("found".utf8) {
            self = .found(parts.text)
        } else if word.elementsEqual("notfound".utf8) {
            self = .notFound(parts.text)
        } else if word.elementsEqual("temporary".utf8) {
            self = .temporary(parts.text)
        } else {
            return nil
        }
    }

    /// Appends the reply's attributes.
    public func encode(into buffer: inout ByteBuffer) {
        let (word, text): (StaticString, String) =
            switch self {
            case .found(let value): ("found", value)
            case .notFound(let text): ("notfound", text)
            case .temporary(let text): ("temporary", text)
            }
        buffer.write(atMost: ByteWriter.space(of: text)) { $0.writeAttribute("result", word: word, text) }
    }
}
