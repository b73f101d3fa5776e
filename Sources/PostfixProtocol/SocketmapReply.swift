public import NIOCore

/// The answer of a socketmap_table(5) server.
public enum SocketmapReply: Sendable, Equatable {
    /// OK: the value.
    case found(String)
    /// NOTFOUND.
    case notFound
    /// TEMP: ask again later, and why.
    case temporary(String)
    /// TIMEOUT: no answer in time, and why.
    case timeout(String)
    /// PERM: this question never has an answer, and why.
    case permanent(String)

    /// Enough for a reason.
    private static let reasonLimit = 400

    /// Appends the reply as a netstring. Control characters in a reason become `?`, and what is over 400 bytes is cut.
    /// A value that makes the reply longer than 100,000 bytes is never cut, since half an address is another address:
    /// the reply is then NOTFOUND, which leaves the mail as it is.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.writeNetstring(text)
    }

    private var text: String {
        switch self {
        case .found(let value): value.utf8.count > SocketmapFramer.replyLimit - 3 ? "NOTFOUND " : "OK \(value)"
        case .notFound: "NOTFOUND "
        case .temporary(let reason): "TEMP \(ReplyText.clean(reason, limit: Self.reasonLimit))"
        case .timeout(let reason): "TIMEOUT \(ReplyText.clean(reason, limit: Self.reasonLimit))"
        case .permanent(let reason): "PERM \(ReplyText.clean(reason, limit: Self.reasonLimit))"
        }
    }

    /// Reads the text of a netstring, as Postfix would; nil when it is no reply. Invalid UTF-8 is replaced by U+FFFD.
    public init?(parsing text: ByteBuffer) {
        let view = text.readableBytesView
        guard let blank = view.firstIndex(of: ASCII.space) else { return nil }
        let rest = String(decoding: view[view.index(after: blank)...], as: UTF8.self)
        switch String(decoding: view[..<blank], as: UTF8.self) {
        case "OK": self = .found(rest)
        case "NOTFOUND": self = .notFound
        case "TEMP": self = .temporary(rest)
        case "TIMEOUT": self = .timeout(rest)
        case "PERM": self = .permanent(rest)
        default: return nil
        }
    }
}
