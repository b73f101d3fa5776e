/// What one attribute list may cost its reader.
///
/// Postfix itself accepts far less (`line_length_limit` is 2,048 bytes); these bounds only keep a broken or hostile
/// peer from filling the memory. Complete lines are counted against `message`, so at most `message` plus one line of
/// `line` bytes is ever kept.
public struct AttributeListLimits: Sendable, Equatable {
    /// The longest line in bytes, without its LF.
    public var line: Int
    /// The longest message in bytes: all lines with their LF, without the empty line.
    public var message: Int
    /// The greatest number of lines in a message, also those without `=`.
    public var attributes: Int

    /// The limits of the project unless told otherwise: 64 KiB a line, 1 MiB a message, 1,000 lines.
    public init(line: Int = 65_536, message: Int = 1 << 20, attributes: Int = 1_000) {
        self.line = line
        self.message = message
        self.attributes = attributes
    }

    /// 64 KiB a line, 1 MiB a message, 1,000 attributes.
    public static let standard = AttributeListLimits()
}
