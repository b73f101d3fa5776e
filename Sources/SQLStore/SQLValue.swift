/// A value bound to a statement or read from a row.
public enum SQLValue: Hashable, Sendable {
    /// SQL NULL.
    case null
    /// A 64-bit signed integer.
    case integer(Int64)
    /// Text, UTF-8. Text that came from the network goes through ``SQLText`` first.
    case text(String)
    /// Bytes.
    case blob([UInt8])

    /// The integer, or nil when this is something else.
    public var integerValue: Int64? {
        guard case .integer(let value) = self else { return nil }
        return value
    }

    /// The text, or nil when this is something else.
    public var textValue: String? {
        guard case .text(let value) = self else { return nil }
        return value
    }

    /// The bytes, or nil when this is something else.
    public var blobValue: [UInt8]? {
        guard case .blob(let value) = self else { return nil }
        return value
    }
}
