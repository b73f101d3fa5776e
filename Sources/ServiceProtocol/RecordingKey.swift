internal import CCrypto
internal import NIOCore
public import PostfixProtocol

/// The name of one recording: the same from any frontend, host or retry of the same question.
///
/// The first 16 bytes of SHA-256 over policy, instance, protocol_state, client_address, client_port, sender,
/// sasl_username and recipient, as received, each preceded by its length (4 bytes, big-endian). Vectors are in
/// docs/protocol.md.
public struct RecordingKey: Sendable, Hashable, CustomStringConvertible {
    /// The first eight bytes, big-endian.
    public let high: UInt64
    /// The last eight bytes, big-endian.
    public let low: UInt64

    /// A key made of its two halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    private static let attributes: [PolicyAttribute] = [
        .instance, .protocolState, .clientAddress, .clientPort, .sender, .saslUsername, .recipient,
    ]

    /// The key of `request` under `policy`; nil without `instance`, since then a retry cannot be told from a new mail.
    public init?(policy: String, request: PolicyRequest) {
        guard !request.isEmpty(.instance) else { return nil }
        var message = ByteBuffer()
        message.reserveCapacity(512)
        message.writeLengthPrefixed(policy.utf8)
        for attribute in Self.attributes { message.writeLengthPrefixed(request[attribute]) }
        var digest = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
        let isHashed = message.withUnsafeReadableBytes { input in
            withUnsafeMutableBytes(of: &digest) { output in
                ccrypto_sha256(input.baseAddress, input.count, output.baseAddress) == 1
            }
        }
        guard isHashed else { return nil }
        self.init(high: UInt64(bigEndian: digest.0), low: UInt64(bigEndian: digest.1))
    }

    /// Parses 32 hexadecimal digits.
    public init?(parsing text: String) {
        guard text.utf8.count == 32, text.utf8.allSatisfy({ isHexadecimalDigit($0) }) else { return nil }
        guard let high = UInt64(text.prefix(16), radix: 16), let low = UInt64(text.suffix(16), radix: 16) else {
            return nil
        }
        self.init(high: high, low: low)
    }

    /// 32 lower-case hexadecimal digits.
    public var description: String {
        var text = ByteBuffer()
        text.write(atMost: 32) { writer in
            writer.writeHexadecimal(high, digits: 16)
            writer.writeHexadecimal(low, digits: 16)
        }
        return String(buffer: text)
    }

    /// The 16 bytes, most significant first.
    public var bytes: [UInt8] {
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Array($0) }
    }
}

private func isHexadecimalDigit(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (97...102).contains(byte) || (65...70).contains(byte)
}

extension ByteBuffer {
    fileprivate mutating func writeLengthPrefixed(_ bytes: some Collection<UInt8>) {
        writeInteger(UInt32(truncatingIfNeeded: bytes.count))
        writeBytes(bytes)
    }
}
