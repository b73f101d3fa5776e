extension String {
    /// Where the last byte of that value stands. Read through a pointer, which is several times quicker than through
    /// the view of the bytes.
    func lastUTF8Index(of byte: UInt8) -> Index? {
        var text = self
        let offset = text.withUTF8 { $0.lastIndex(of: byte) }
        return offset.map { utf8.index(startIndex, offsetBy: $0) }
    }
}
