/// A set of IPv4 addresses written with `*` for a whole field: `192.168.*.1`.
public struct WildcardIPv4: Sendable, Hashable {
    /// The four fields; nil stands for `*`.
    private let fields: [UInt8?]

    /// Reads four fields between dots, each a decimal number from 0 to 255 or `*`, at least one of them `*`.
    public init?(parsing text: String) {
        guard text.utf8.count <= 15 else { return nil }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var fields: [UInt8?] = []
        for part in parts {
            if part.elementsEqual("*".utf8) {
                fields.append(nil)
            } else {
                guard part.allSatisfy(\.isASCIIDigit), let number = UInt8(Substring(part)) else { return nil }
                fields.append(number)
            }
        }
        guard fields.contains(nil) else { return nil }
        self.fields = fields
    }

    /// True for an IPv4 address that has the same number in each field that is not `*`.
    public func matches(_ address: IPAddress) -> Bool {
        guard case .v4 = address else { return false }
        return zip(fields, address.fields).allSatisfy { $0 == nil || $0 == $1 }
    }

    /// The number of bits that do not count, 8 for each `*`.
    public var hostBits: Int { fields.count { $0 == nil } * 8 }
}

extension WildcardIPv4: CustomStringConvertible {
    /// The text, numbers without zeros before them.
    public var description: String { fields.map { $0.map(String.init) ?? "*" }.joined(separator: ".") }
}
