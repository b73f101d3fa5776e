/// Some of Postfix's attributes.
public struct PolicyAttributeSet: Sendable, Hashable, ExpressibleByArrayLiteral {
    /// Bit N is the attribute of raw value N.
    private var bits: UInt32

    /// These attributes.
    public init(arrayLiteral attributes: PolicyAttribute...) {
        self.init(attributes)
    }

    /// These attributes.
    public init(_ attributes: some Sequence<PolicyAttribute>) {
        bits = attributes.reduce(0) { $0 | Self.bit($1) }
    }

    /// The attributes of these names; a name that Postfix does not use stands for none.
    public init(names: some Sequence<some StringProtocol>) {
        self.init(names.lazy.compactMap { PolicyAttribute(name: String($0)) })
    }

    init(bits: UInt32) {
        self.bits = bits
    }

    /// All there are.
    public static let all = PolicyAttributeSet(PolicyAttribute.allCases)

    /// None of them.
    public var isEmpty: Bool { bits == 0 }

    /// Whether `attribute` is among them.
    @inline(__always)
    public func contains(_ attribute: PolicyAttribute) -> Bool { bits & Self.bit(attribute) != 0 }

    /// Those that are in both.
    public func intersection(_ other: PolicyAttributeSet) -> PolicyAttributeSet {
        var both = self
        both.bits &= other.bits
        return both
    }

    /// Calls `body` for each, in the order of the raw values.
    @inline(__always)
    func forEach(_ body: (PolicyAttribute) -> Void) {
        var rest = bits
        while rest != 0 {
            let value = UInt8(truncatingIfNeeded: rest.trailingZeroBitCount)
            if let attribute = PolicyAttribute(rawValue: value) { body(attribute) }
            rest &= rest &- 1
        }
    }

    /// The names on the wire.
    public var names: [String] {
        var names: [String] = []
        forEach { names.append($0.name) }
        return names
    }

    @inline(__always)
    private static func bit(_ attribute: PolicyAttribute) -> UInt32 { 1 &<< UInt32(attribute.rawValue) }
}
