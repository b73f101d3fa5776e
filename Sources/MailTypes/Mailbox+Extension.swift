extension Mailbox {
    /// The address without its extension: `user@example.com` for `user+box@example.com`.
    ///
    /// The first delimiter of the list that occurs in the local part cuts it at its first occurrence. An address that
    /// would lose its whole local part stays as it is, and so does an SRS address, whose hash may hold a `+`.
    public func withoutExtension(delimiters: RecipientDelimiters) -> Mailbox {
        guard !isSRS else { return self }
        for delimiter in delimiters.list {
            guard let cut = localPart.firstOccurrence(of: delimiter) else { continue }
            guard cut != localPart.startIndex else { return self }
            return Mailbox(localPart: String(localPart[..<cut]), domain: domain)
        }
        return self
    }

    /// True when the local part begins as an SRS address does: `SRS0` or `SRS1` and `-`, `+` or `=`.
    public var isSRS: Bool {
        guard localPart.utf8.first == UInt8(ascii: "s") else { return false }
        let start = localPart.utf8.prefix(5)
        guard start.count == 5, localPart.hasPrefix("srs0") || localPart.hasPrefix("srs1") else { return false }
        return start.last.map { [UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "=")].contains($0) } ?? false
    }
}

extension String {
    /// Where the bytes of another text stand first.
    fileprivate func firstOccurrence(of needle: String) -> Index? {
        guard let first = needle.utf8.first else { return nil }
        var text = self
        let offset = text.withUTF8 { bytes in
            bytes.indices.first { bytes[$0] == first && bytes[$0...].starts(with: needle.utf8) }
        }
        return offset.map { utf8.index(startIndex, offsetBy: $0) }
    }
}
