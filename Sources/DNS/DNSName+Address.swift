public import MailTypes

extension DNSName {
    /// The labels of an address in reverse: four decimal fields, or 32 hexadecimal digits (RFC 5782 section 2.1 and
    /// 2.4, RFC 1035 section 3.5, RFC 3596 section 2.5). Below a zone it is the name to ask for.
    public init(reversing address: IPAddress) {
        switch address {
        case .v4(let number): self.init(reversing: number)
        case .v6(let high, let low): self.init(reversingHigh: high, low: low)
        }
    }

    private init(reversing number: UInt32) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        for shift in [0, 8, 16, 24] {
            _ = DNSName.append(String(UInt8(truncatingIfNeeded: number >> UInt32(shift))).utf8, to: &bytes)
        }
        self.init(unchecked: bytes)
    }

    /// The 32 digits of an IPv6 address as it is, also of a mapped one, which ``IPAddress`` takes for IPv4.
    public init(reversingHigh high: UInt64, low: UInt64) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64)
        for half in [low, high] {
            for shift in stride(from: UInt64(0), to: 64, by: 4) {
                let digit = UInt8(truncatingIfNeeded: half >> shift & 0xf)
                bytes.append(1)
                bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
        self.init(unchecked: bytes)
    }

    /// The name under which the reverse names of an address are (RFC 1035 section 3.5, RFC 3596 section 2.5).
    public static func pointer(to address: IPAddress) -> DNSName {
        let labels = DNSName(reversing: address).bytes
        switch address {
        case .v4: return DNSName(unchecked: labels + inAddrArpa)
        case .v6: return DNSName(unchecked: labels + ip6Arpa)
        }
    }

    private static let inAddrArpa: [UInt8] = [7] + Array("in-addr".utf8) + [4] + Array("arpa".utf8)
    private static let ip6Arpa: [UInt8] = [3] + Array("ip6".utf8) + [4] + Array("arpa".utf8)
}
