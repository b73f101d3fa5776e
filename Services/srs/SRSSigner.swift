internal import CCrypto
internal import SQLStore

/// Makes and verifies the hash of a rewritten address: the first characters of the base64 form of an HMAC-SHA1 over
/// the signed parts in lower case.
///
/// Letter case does not count when a hash is verified, since hosts on the way may change it. Days are counted from
/// 1970-01-01 UTC.
public struct SRSSigner: Sendable {
    /// The shortest hash that is taken: a shorter one is guessed in a few thousand tries.
    public static let minimumHashLength = 4

    /// The length of the whole base64 form without its padding.
    public static let maximumHashLength = 27

    /// The number of characters in a hash this signer makes.
    public let hashLength: Int

    /// The lengths of the hashes it takes: its own, and those that were made when that was another one.
    private let takenLengths: Set<Int>

    private let keys: [(secret: SRSSecret, key: PreparedKey)]

    /// The first secret that has not ended signs, all that have not ended verify; nil without one. Lengths are held
    /// between 4 and 27.
    public init?(secrets: [SRSSecret], hashLength: Int = minimumHashLength, formerHashLengths: [Int] = []) {
        guard !secrets.isEmpty else { return nil }
        let lengths = ([hashLength] + formerHashLengths).map {
            min(max($0, SRSSigner.minimumHashLength), SRSSigner.maximumHashLength)
        }
        self.hashLength = lengths[0]
        takenLengths = Set(lengths)
        keys = secrets.compactMap { secret in PreparedKey(secret.bytes).map { (secret, $0) } }
        guard keys.count == secrets.count else { return nil }
    }

    /// The secrets, in their order.
    var secrets: [SRSSecret] { keys.map(\.secret) }

    /// Whether a secret signs on this day.
    func canSign(on day: Int) -> Bool {
        keys.contains { $0.secret.isValid(on: day) }
    }

    /// The hash over the parts, put together without anything between them; nil when every secret has ended, or
    /// libcrypto fails.
    func hash(on day: Int, _ parts: String...) -> String? {
        code(on: day, parts).map { String(decoding: Base64.encode($0, first: hashLength), as: UTF8.self) }
    }

    /// A number of 16 bytes for the parts, in their own letter case, that nobody without the secret can tell; nil as for
    /// `hash`.
    func identifier(on day: Int, _ parts: String...) -> Bytes16? {
        guard let key = keys.first(where: { $0.secret.isValid(on: day) })?.key else { return nil }
        // The NUL, which no address has, keeps it apart from every hash.
        let message = "\0" + parts.joined(separator: "\0")
        return key.code(of: Array(message.utf8)).flatMap { Bytes16(bytes: $0.prefix(16)) }
    }

    private func code(on day: Int, _ parts: [String]) -> [UInt8]? {
        keys.first { $0.secret.isValid(on: day) }?.key.code(of: SRSSigner.message(parts))
    }

    /// True when the hash has one of the lengths that are taken, and one of the secrets makes it.
    func verify(_ hash: String, on day: Int, over parts: String...) -> Bool {
        secret(of: hash, on: day, parts) != nil
    }

    /// The secret that makes the hash, if one does that has not ended.
    func secret(of hash: String, on day: Int, _ parts: [String]) -> SRSSecret? {
        let supplied = hash.utf8.prefix(SRSSigner.maximumHashLength + 1).map(SRSSigner.folded)
        guard takenLengths.contains(supplied.count) else { return nil }
        let message = SRSSigner.message(parts)
        var match: SRSSecret?
        // Every secret is tried, so that the time taken does not tell which of them matched.
        for (secret, key) in keys where secret.isValid(on: day) {
            let expected = key.code(of: message).map { Base64.encode($0, first: supplied.count).map(SRSSigner.folded) }
            if let expected, expected.count == supplied.count,
                ccrypto_equal(expected, supplied, supplied.count) == 1
            {
                match = match ?? secret
            }
        }
        return match
    }

    /// The parts in lower case, one after the other.
    private static func message(_ parts: [String]) -> [UInt8] {
        var union: UInt8 = 0
        let length = parts.reduce(0) { $0 + $1.utf8.count }
        let message = [UInt8](unsafeUninitializedCapacity: length) { target, count in
            for var part in parts {
                part.withUTF8 { bytes in
                    for byte in bytes {
                        union |= byte
                        target[count] = folded(byte)
                        count += 1
                    }
                }
            }
        }
        return union < 0x80 ? message : Array(parts.joined().lowercased().utf8)
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }
}
