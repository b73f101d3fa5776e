extension IPAddress: CustomStringConvertible {
    /// The canonical text: four decimal fields, or the form of RFC 5952.
    public var description: String {
        switch self {
        case .v4(let number): IPAddress.text(of: number)
        case .v6(let high, let low): IPAddress.canonicalText(of: IPAddress.groups(high, low))
        }
    }

    /// The four decimal fields of an IPv4 address.
    /// - Parameter hidden: A bit for each field that is `*` instead, the last field in the lowest bit.
    static func text(of number: UInt32, hiding hidden: Int = 0) -> String {
        // 15 bytes, which a string keeps without memory of its own.
        String(unsafeUninitializedCapacity: 15) { bytes in
            var count = 0
            for shift in stride(from: 24, through: 0, by: -8) {
                let field = UInt8(truncatingIfNeeded: number >> UInt32(shift))
                if count > 0 { append(UInt8(ascii: "."), &count, bytes) }
                guard hidden & (1 << (shift / 8)) == 0 else {
                    append(UInt8(ascii: "*"), &count, bytes)
                    continue
                }
                if field >= 100 { append(UInt8(ascii: "0") + field / 100, &count, bytes) }
                if field >= 10 { append(UInt8(ascii: "0") + field / 10 % 10, &count, bytes) }
                append(UInt8(ascii: "0") + field % 10, &count, bytes)
            }
            return count
        }
    }

    private static func append(_ byte: UInt8, _ count: inout Int, _ bytes: UnsafeMutableBufferPointer<UInt8>) {
        bytes[count] = byte
        count += 1
    }

    /// The four fields of an IPv4 address; empty for IPv6.
    var fields: [UInt8] {
        guard case .v4(let number) = self else { return [] }
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    private static func groups(_ high: UInt64, _ low: UInt64) -> [UInt16] {
        [high, low].flatMap { half in
            [48, 32, 16, 0].map { UInt16(truncatingIfNeeded: half >> $0) }
        }
    }

    private static func canonicalText(of groups: [UInt16]) -> String {
        let gap = longestZeroRun(in: groups)
        let text = { (part: ArraySlice<UInt16>) in part.map { String($0, radix: 16) }.joined(separator: ":") }
        guard gap.count > 1 else { return text(groups[...]) }
        return text(groups[..<gap.lowerBound]) + "::" + text(groups[gap.upperBound...])
    }

    /// The first of the longest runs of zero groups (RFC 5952 section 4.2.3).
    private static func longestZeroRun(in groups: [UInt16]) -> Range<Int> {
        var best = 0..<0
        var start = 0
        for (index, group) in groups.enumerated() {
            if group != 0 {
                start = index + 1
            } else if index + 1 - start > best.count {
                best = start..<(index + 1)
            }
        }
        return best
    }
}
