import Glibc

/// An IPv4 or IPv6 address, as a number.
///
/// An IPv4-mapped IPv6 address (`::ffff:192.0.2.1`) is the IPv4 address: a dual-stack socket shows a client either way.
public enum IPAddress: Sendable, Hashable {
    /// An IPv4 address; the first field is in the highest bits.
    case v4(UInt32)

    /// An IPv6 address: its first and its last 64 bits.
    case v6(high: UInt64, low: UInt64)

    /// Reads one literal address of either family, in any spelling of RFC 4291 section 2.2. A zone (`%eth0`), a
    /// prefix length and surrounding spaces are not allowed.
    public init?(parsing text: String) {
        guard let literal = Literal(text) else { return nil }
        switch literal {
        case .v4(let number): self = .v4(number)
        case .v6(let high, let low): self.init(high: high, low: low)
        }
    }

    /// Takes the two halves of an IPv6 address and folds a mapped one to IPv4.
    public init(high: UInt64, low: UInt64) {
        if high == 0, low >> 32 == 0xFFFF {
            self = .v4(UInt32(truncatingIfNeeded: low))
        } else {
            self = .v6(high: high, low: low)
        }
    }

    /// The length of the address in bits: 32 or 128.
    public var bitWidth: Int {
        switch self {
        case .v4: 32
        case .v6: 128
        }
    }

    /// True for 127.0.0.0/8 and `::1`.
    public var isLoopback: Bool {
        switch self {
        case .v4(let number): number >> 24 == 127
        case .v6(let high, let low): high == 0 && low == 1
        }
    }

    /// An address as it is written, before mapped ones are folded.
    enum Literal {
        case v4(UInt32)
        case v6(high: UInt64, low: UInt64)

        init?(_ text: String) {
            // Longest spelling: six groups of four digits and an embedded IPv4 address.
            guard text.utf8.count <= 45 else { return nil }
            var bytes = text
            if let number = bytes.withUTF8({ Literal.ipv4($0) }) {
                self = .v4(number)
            } else if text.utf8.contains(UInt8(ascii: ":")), !text.utf8.contains(0) {
                // C would stop at a NUL.
                var address = in6_addr()
                guard inet_pton(AF_INET6, text, &address) == 1 else { return nil }
                let halves = withUnsafeBytes(of: &address) { bytes in
                    (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
                }
                self = .v6(high: UInt64(bigEndian: halves.0), low: UInt64(bigEndian: halves.1))
            } else {
                return nil
            }
        }

        /// Four decimal fields, none over 255 and none with a zero before it, as inet_pton(3) takes them.
        private static func ipv4(_ text: UnsafeBufferPointer<UInt8>) -> UInt32? {
            var number: UInt32 = 0
            var field: UInt32?
            var dots = 0
            for byte in text {
                if byte == UInt8(ascii: ".") {
                    guard let value = field, dots < 3 else { return nil }
                    number = number << 8 | value
                    field = nil
                    dots += 1
                } else {
                    guard byte.isASCIIDigit, field != 0 else { return nil }
                    let value = (field ?? 0) * 10 + UInt32(byte & 15)
                    guard value <= 255 else { return nil }
                    field = value
                }
            }
            guard let last = field, dots == 3 else { return nil }
            return number << 8 | last
        }
    }
}
