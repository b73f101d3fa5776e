internal import CCrypto

/// HMAC-SHA1 (RFC 2104) with one key, which is prepared once: half of the blocks to hash are the key's.
final class PreparedKey: Sendable {
    /// Only read once it is made.
    private nonisolated(unsafe) let key: OpaquePointer

    /// Nil only when libcrypto fails.
    init?(_ bytes: [UInt8]) {
        guard let prepared = ccrypto_hmac_sha1_prepare(bytes, bytes.count) else { return nil }
        key = prepared
    }

    deinit {
        ccrypto_hmac_sha1_release(key)
    }

    /// The 20 bytes of the code; nil only when libcrypto fails.
    func code(of message: [UInt8]) -> [UInt8]? {
        var code = [UInt8](repeating: 0, count: 20)
        return ccrypto_hmac_sha1_with(key, message, message.count, &code) == 1 ? code : nil
    }
}
