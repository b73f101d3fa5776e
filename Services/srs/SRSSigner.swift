import CCrypto

/// Makes and verifies the hash of a rewritten address: the first characters of the base64 form of an HMAC-SHA1 over
/// the signed parts in lower case.
///
/// Letter case does not count when a hash is verified, since hosts on the way may change it.
public struct SRSSigner: Sendable {
    /// The shortest hash that is taken: a shorter one is guessed in a few thousand tries.
    public static let minimumHashLength = 4

    /// The length of the whole base64 form without its padding.
    public static let maximumHashLength = 27

    /// The number of characters in a hash this signer makes.
    public let hashLength: Int

    private let secrets: [SRSSecret]

    /// The first secret signs, all of them verify; nil without one. The length is held between 4 and 27.
    public init?(secrets: [SRSSecret], hashLength: Int = minimumHashLength) {
        guard !secrets.isEmpty else { return nil }
        self.secrets = secrets
        self.hashLength = min(max(hashLength, SRSSigner.minimumHashLength), SRSSigner.maximumHashLength)
    }

    /// The hash over the parts, put together without anything between them; nil only when libcrypto fails.
    func hash(_ parts: String...) -> String? {
        secrets.first.flatMap { digest(parts, with: $0) }.map { base64 in
            String(decoding: base64.prefix(hashLength), as: UTF8.self)
        }
    }

    /// True when the hash is the beginning of the hash that one of the secrets makes.
    func verify(_ hash: String, over parts: String...) -> Bool {
        let supplied = hash.utf8.map(SRSSigner.folded)
        guard (SRSSigner.minimumHashLength...SRSSigner.maximumHashLength).contains(supplied.count) else { return false }
        // Every secret is tried, so that the time taken does not tell which of them matched.
        return secrets.reduce(false) { isKnown, secret in
            let expected = digest(parts, with: secret)?.prefix(supplied.count).map(SRSSigner.folded) ?? []
            let isEqual = expected.count == supplied.count && ccrypto_equal(expected, supplied, supplied.count) == 1
            return isKnown || isEqual
        }
    }

    private func digest(_ parts: [String], with secret: SRSSecret) -> [UInt8]? {
        let message = Array(parts.joined().lowercased().utf8)
        var mac = [UInt8](repeating: 0, count: 20)
        guard ccrypto_hmac_sha1(secret.bytes, secret.bytes.count, message, message.count, &mac) == 1 else { return nil }
        return Base64.encode(mac)
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }
}
