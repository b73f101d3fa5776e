public import NIOCore

/// A question to a socketmap_table(5) server: `MAP KEY`.
public struct SocketmapRequest: Sendable, Equatable {
    /// The name of the table.
    public let map: String
    /// What is looked up; nil when there is no blank behind the name. It may hold blanks itself.
    public let key: String?
    /// Nothing had to be replaced. If false, a NUL or invalid UTF-8 became U+FFFD: the key is fit for the log only, and
    /// must not be rewritten.
    public let isExact: Bool

    /// A question, for tools and tests.
    public init(map: String, key: String?) {
        self.map = map
        self.key = key
        isExact = true
    }

    /// Reads the text of a netstring.
    public init(parsing text: ByteBuffer) {
        let view = text.readableBytesView
        let blank = view.firstIndex(of: ASCII.space)
        map = Self.repaired(view[..<(blank ?? view.endIndex)])
        key = blank.map { Self.repaired(view[view.index(after: $0)...]) }
        isExact = !view.contains(0) && String(validating: view, as: UTF8.self) != nil
    }

    private static func repaired(_ bytes: ByteBufferView) -> String {
        let scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars.map { $0 == "\0" ? "\u{fffd}" : $0 }
        return String(String.UnicodeScalarView(scalars))
    }

    /// Appends the question as a netstring.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.writeNetstring(key.map { "\(map) \($0)" } ?? map)
    }
}

extension ByteBuffer {
    mutating func writeNetstring(_ text: String) {
        writeString(String(text.utf8.count))
        writeInteger(ASCII.colon)
        writeString(text)
        writeInteger(ASCII.comma)
    }
}
