internal import DNS

extension DNSName {
    /// The name as c-ares wants it, with its NUL: labels between dots, a backslash before a dot or backslash that is part
    /// of a label.
    /// - Returns: nil for a name that cannot be written so: the root, and one with a NUL.
    var caresText: [CChar]? {
        var text: [CChar] = []
        text.reserveCapacity(64)
        var isWritable = !isRoot
        forEachLabel { label in
            if !text.isEmpty { text.append(CChar(bitPattern: UInt8(ascii: "."))) }
            for byte in label {
                if byte == 0 { isWritable = false }
                if byte == UInt8(ascii: ".") || byte == UInt8(ascii: "\\") {
                    text.append(CChar(bitPattern: UInt8(ascii: "\\")))
                }
                text.append(CChar(bitPattern: byte))
            }
        }
        text.append(0)
        return isWritable ? text : nil
    }
}
