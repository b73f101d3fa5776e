/// What kinds of bytes a message holds.
struct MessageScan {
    /// A NUL or invalid UTF-8 is in it.
    var needsRepair: Bool
    /// Nothing in it has to be written as %XX: no `%`, no control character except LF.
    var isPlain: Bool

    /// Nearly all messages have no byte of a kind that would have to be looked at.
    init(_ bytes: UnsafeRawBufferPointer, _ kinds: LineScan.Kinds) {
        isPlain = !kinds.hasEscaped
        needsRepair =
            (kinds.hasEscaped && bytes.contains(0))
            || (kinds.hasHigh && String(validating: bytes, as: UTF8.self) == nil)
    }
}
