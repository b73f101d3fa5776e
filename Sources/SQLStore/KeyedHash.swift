import CCrypto

/// A keyed hash of 128 bits: HMAC-SHA256 (RFC 2104, FIPS 180-4), cut to its first 16 bytes. It makes short, evenly
/// spread primary keys of what strangers send; the key, which lives in the database, keeps them from choosing values
/// that collide.
public struct KeyedHash: Hashable, Sendable {
    /// The length of the key, in bytes.
    public static let keyLength = 32

    private let key: [UInt8]

    /// Makes the hash of a key; nil unless it has ``keyLength`` bytes.
    public init?(key: [UInt8]) {
        guard key.count == Self.keyLength else { return nil }
        self.key = key
    }

    /// A new random key.
    /// - Throws: `.other` when the system gives no random bytes.
    static func randomKey() throws(SQLError) -> [UInt8] {
        var key = [UInt8](repeating: 0, count: keyLength)
        guard ccrypto_random(&key, key.count) == 1 else {
            throw SQLError(.other, "no random bytes for the key of the hash")
        }
        return key
    }

    /// Hashes the parts. Each is preceded by its length (4 bytes, big-endian), so `ab, c` and `a, bc` differ.
    public func callAsFunction(_ parts: String...) -> Bytes16 {
        hash(parts)
    }

    /// Hashes the parts; the same as calling the value with them.
    public func hash(_ parts: [String]) -> Bytes16 {
        var message: [UInt8] = []
        message.reserveCapacity(parts.reduce(0) { $0 + $1.utf8.count + 4 })
        for part in parts {
            let length = UInt32(truncatingIfNeeded: part.utf8.count)
            withUnsafeBytes(of: length.bigEndian) { message.append(contentsOf: $0) }
            message.append(contentsOf: part.utf8)
        }
        var digest = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
        withUnsafeMutableBytes(of: &digest) { output in
            // It cannot fail with a key and a message in memory.
            _ = ccrypto_hmac_sha256(key, key.count, message, message.count, output.baseAddress)
        }
        return Bytes16(high: UInt64(bigEndian: digest.0), low: UInt64(bigEndian: digest.1))
    }
}
