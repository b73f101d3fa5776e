extension String {
    /// What stands between the bytes of a separator, empty parts included. Split by characters, a separator would stand
    /// for nothing where a combining mark follows it.
    package func parts(between separator: UInt8) -> [String] {
        utf8.split(separator: separator, omittingEmptySubsequences: false).map { String(Substring($0)) }
    }
}
