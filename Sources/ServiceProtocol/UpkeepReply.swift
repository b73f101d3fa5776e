public import NIOCore
public import PostfixProtocol

/// A service's answer to an upkeep request.
public enum UpkeepReply: Sendable, Equatable {
    /// The run is over. `next` is the number of seconds until the next one.
    case done(next: Int)
    /// The work goes on with these facts. The cursor comes back with them.
    case needs([FactName], cursor: String?)
    /// The work could not be done; the text says why. What an earlier run brought stays with the service.
    case failed(String)

    /// Seconds between two runs: a second to a day.
    public static let intervals = 1...86_400
    /// The longest cursor in bytes.
    public static let longestCursor = 1_024

    /// Decodes an answer; nil when it is none: no `done`, `need` or `error`, a malformed fact, more facts than one
    /// answer may ask for, or a cursor that is too long.
    public init?(_ list: AttributeList) {
        if let text = list.string("error") {
            self = .failed(text)
        } else if let text = list.string("need") {
            let words = text.split(separator: " ")
            let names = words.compactMap { FactName(parsing: String($0)) }
            let cursor = list.string("cursor")
            guard !names.isEmpty, names.count == words.count, names.count <= CheckReply.maximumNeeds,
                cursor?.utf8.count ?? 0 <= Self.longestCursor
            else { return nil }
            self = .needs(names, cursor: cursor)
        } else if let seconds = list.integer("done") {
            self = .done(next: min(max(seconds, Self.intervals.lowerBound), Self.intervals.upperBound))
        } else {
            return nil
        }
    }

    /// Appends the reply's attributes, without the lines every reply begins with.
    public func encode(into buffer: inout ByteBuffer) {
        switch self {
        case .done(let next):
            buffer.writeAttribute("done", next)
        case .needs(let names, let cursor):
            buffer.writeAttribute("need", names.map(\.description).joined(separator: " "))
            if let cursor { buffer.writeAttribute("cursor", cursor) }
        case .failed(let text):
            buffer.writeAttribute("error", text)
        }
    }
}
