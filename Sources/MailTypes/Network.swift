/// A network in CIDR notation (RFC 4632, RFC 4291 section 2.3), of either family.
public struct Network: Sendable, Hashable {
    /// The first address of the network.
    public let base: IPAddress

    /// The number of leading bits that count: 0 to 32 for IPv4, 0 to 128 for IPv6.
    public let prefixLength: Int

    /// Reads `address/length`; an address alone is a network of that one address. Bits after the prefix are cleared.
    /// A network of IPv4-mapped addresses (`::ffff:10.0.0.0/104`) is the IPv4 network.
    public init?(parsing text: String) {
        guard text.utf8.count <= 49 else { return nil }
        let slash = text.utf8.firstIndex(of: UInt8(ascii: "/"))
        guard let literal = IPAddress.Literal(String(text[..<(slash ?? text.endIndex)])) else { return nil }
        var length: Int?
        if let slash {
            length = Network.prefixLength(text[text.utf8.index(after: slash)...])
            guard length != nil else { return nil }
        }
        switch literal {
        case .v4(let number): self.init(v4: number, prefixLength: length ?? 32)
        case .v6(let high, let low): self.init(high: high, low: low, prefixLength: length ?? 128)
        }
    }

    /// The network of an address; nil for a length that the address's family does not have.
    public init?(_ address: IPAddress, prefixLength: Int) {
        switch address {
        case .v4(let number): self.init(v4: number, prefixLength: prefixLength)
        case .v6(let high, let low): self.init(high: high, low: low, prefixLength: prefixLength)
        }
    }

    private init?(v4 number: UInt32, prefixLength: Int) {
        guard (0...32).contains(prefixLength) else { return nil }
        self.init(base: .v4(number & Network.mask32(prefixLength)), prefixLength: prefixLength)
    }

    private init?(high: UInt64, low: UInt64, prefixLength: Int) {
        guard (0...128).contains(prefixLength) else { return nil }
        if prefixLength >= 96, case .v4(let number) = IPAddress(high: high, low: low) {
            self.init(v4: number, prefixLength: prefixLength - 96)
            return
        }
        let mask = Network.mask128(prefixLength)
        self.init(base: .v6(high: high & mask.high, low: low & mask.low), prefixLength: prefixLength)
    }

    private init(base: IPAddress, prefixLength: Int) {
        self.base = base
        self.prefixLength = prefixLength
    }

    /// One to three digits, without a zero before others.
    private static func prefixLength(_ text: Substring) -> Int? {
        guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy(\.isASCIIDigit) else { return nil }
        guard text.utf8.count == 1 || text.utf8.first != UInt8(ascii: "0") else { return nil }
        return Int(text)
    }

    /// True when the address is of this family and begins with the prefix.
    public func contains(_ address: IPAddress) -> Bool {
        switch (base, address) {
        case (.v4(let base), .v4(let number)):
            return number & Network.mask32(prefixLength) == base
        case (.v6(let baseHigh, let baseLow), .v6(let high, let low)):
            let mask = Network.mask128(prefixLength)
            return high & mask.high == baseHigh && low & mask.low == baseLow
        default:
            return false
        }
    }

    /// The number of bits that do not count: the smaller it is, the narrower the network.
    public var hostBits: Int { base.bitWidth - prefixLength }

    private static func mask32(_ length: Int) -> UInt32 { ~UInt32(0) << (32 - length) }

    private static func mask128(_ length: Int) -> (high: UInt64, low: UInt64) {
        (~UInt64(0) << (64 - min(length, 64)), ~UInt64(0) << (128 - max(length, 64)))
    }
}

extension Network: CustomStringConvertible {
    /// The canonical text: the base address, `/`, the prefix length.
    public var description: String { "\(base)/\(prefixLength)" }
}
