internal import CCrypto
internal import Synchronization

/// HMAC-SHA1 (RFC 2104) with one key, which libcrypto prepares once: preparing it takes longer than hashing an address.
final class PreparedKey: Sendable {
    private let key: Mutex<OpaquePointer>

    /// Nil only when libcrypto fails.
    init?(_ bytes: [UInt8]) {
        guard let prepared = ccrypto_hmac_sha1_prepare(bytes, bytes.count) else { return nil }
        key = Mutex(prepared)
    }

    deinit {
        key.withLock { ccrypto_hmac_sha1_release($0) }
    }

    /// The 20 bytes of the code; nil only when libcrypto fails.
    func code(of message: [UInt8]) -> [UInt8]? {
        var code = [UInt8](repeating: 0, count: 20)
        let isMade = key.withLock { ccrypto_hmac_sha1_with($0, message, message.count, &code) == 1 }
        return isMade ? code : nil
    }
}
