public import NIOCore
public import PostfixProtocol

/// A management verb on a service's admin socket.
public struct AdminRequest: Sendable {
    /// `list`, `set`, `delete`, `stats`, `reload`, or one of the service's own.
    public var verb: String
    /// The verb's arguments by name.
    public var arguments: [String: String]
    /// The user id of the peer, for the audit line; nil when the socket could not tell.
    public var peerUserID: UInt32?

    /// A verb with its arguments.
    public init(verb: String, arguments: [String: String] = [:], peerUserID: UInt32? = nil) {
        self.verb = verb
        self.arguments = arguments
        self.peerUserID = peerUserID
    }

    /// Decodes a message; nil without `request`.
    public init?(_ list: AttributeList, peerUserID: UInt32?) {
        guard let verb = list.string("request"), !verb.isEmpty else { return nil }
        var arguments: [String: String] = [:]
        list.forEach(prefix: "") { name, value in arguments[name] = value }
        for name in ["protocol", "id", "request"] { arguments[name] = nil }
        self.init(verb: verb, arguments: arguments, peerUserID: peerUserID)
    }

    /// Who asked for what, for the log: a line that each change leaves there.
    public var auditLine: String {
        let user = peerUserID.map { "\($0)" } ?? "unknown"
        let arguments = arguments.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
        return "audit: uid=\(user) verb=\(verb)\(arguments.joined())"
    }

    /// Appends the request without the lines every request begins with, nor the closing empty line.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.writeAttribute("request", verb)
        for (name, value) in arguments.sorted(by: { $0.key < $1.key }) { buffer.writeAttribute(name, value) }
    }
}

/// The answer to a management verb: rows of columns, or an error that names what is wrong.
public enum AdminReply: Sendable, Equatable {
    /// It was done. `columns` names the columns of `rows`; `next` is the `after` argument for the following page.
    case done(columns: [String], rows: [[String]], next: String?)
    /// It was not done; the text says why.
    case failed(String)

    /// It was done and there is nothing to show.
    public static let done = AdminReply.done(columns: [], rows: [], next: nil)

    /// How many rows one reply may hold; more are fetched page by page.
    public static let maximumRows = 900

    /// Decodes an answer; nil when it is none.
    public init?(_ list: AttributeList) {
        switch list.string("status") {
        case "error":
            self = .failed(list.string("error") ?? "")
        case "done":
            let columns = (list.string("columns") ?? "").parts(between: UInt8(ascii: "\t")).filter { !$0.isEmpty }
            var rows: [(Int, [String])] = []
            list.forEach(prefix: "row.") { number, text in
                rows.append((Int(number) ?? 0, text.parts(between: UInt8(ascii: "\t"))))
            }
            rows.sort { $0.0 < $1.0 }
            self = .done(columns: columns, rows: rows.map(\.1), next: list.string("next"))
        default:
            return nil
        }
    }

    /// Appends the reply's attributes. A tab separates columns, so one inside a field becomes a space.
    public func encode(into buffer: inout ByteBuffer) {
        switch self {
        case .failed(let text):
            buffer.writeAttribute("status", "error")
            buffer.writeAttribute("error", text)
        case .done(let columns, let rows, let next):
            buffer.writeAttribute("status", "done")
            buffer.writeAttribute("columns", columns.joined(separator: "\t"))
            for (number, row) in rows.prefix(Self.maximumRows).enumerated() {
                let fields = row.map { $0.parts(between: UInt8(ascii: "\t")).joined(separator: " ") }
                buffer.writeAttribute("row.\(number + 1)", fields.joined(separator: "\t"))
            }
            if let next { buffer.writeAttribute("next", next) }
        }
    }
}
