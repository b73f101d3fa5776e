/// The standard alphabet of RFC 4648 section 4, without padding.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The first characters of the form of `bytes`, at most `count`.
    static func encode(_ bytes: [UInt8], first count: Int) -> [UInt8] {
        // Four characters for three bytes.
        let bytes = bytes.prefix((count + 3) / 4 * 3)
        var characters: [UInt8] = []
        characters.reserveCapacity(bytes.count / 3 * 4 + 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
            for position in 0...group.count {
                characters.append(alphabet[Int(bits >> (18 - 6 * UInt32(position))) & 63])
            }
        }
        return Array(characters.prefix(count))
    }
}
