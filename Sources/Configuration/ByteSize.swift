/// A number of bytes, never negative.
public struct ByteSize: Sendable, Hashable {
    /// The size in bytes, 0 or more.
    public let bytes: Int64

    /// A size of so many bytes; a negative number counts as zero.
    public init(bytes: Int64) {
        self.bytes = Swift.max(0, bytes)
    }

    /// No bytes at all.
    public static let zero = ByteSize(bytes: 0)
    /// The largest size; as a range's end it means "no limit".
    public static let max = ByteSize(bytes: .max)

    /// So many bytes.
    public static func bytes(_ count: Int64) -> ByteSize {
        ByteSize(bytes: count)
    }

    /// So many times 1024 bytes; at most `.max`.
    public static func kibibytes(_ count: Int64) -> ByteSize {
        saturating(count, .kibibyte)
    }

    /// So many times 1024² bytes; at most `.max`.
    public static func mebibytes(_ count: Int64) -> ByteSize {
        saturating(count, .mebibyte)
    }

    /// So many times 1024³ bytes; at most `.max`.
    public static func gibibytes(_ count: Int64) -> ByteSize {
        saturating(count, .gibibyte)
    }

    /// The units a configuration may use, with their bytes; all are powers of 1024.
    enum Unit: Int64, CaseIterable {
        case gibibyte = 1_073_741_824
        case mebibyte = 1_048_576
        case kibibyte = 1024
        case byte = 1

        var suffix: String {
            switch self {
            case .gibibyte: "G"
            case .mebibyte: "M"
            case .kibibyte: "k"
            case .byte: ""
            }
        }

        /// Takes the suffix in either case: there is no other meaning to confuse it with.
        init?(suffix: String) {
            let suffix = suffix.lowercased()
            guard let unit = Self.allCases.first(where: { $0.suffix.lowercased() == suffix }) else { return nil }
            self = unit
        }
    }

    private static func saturating(_ count: Int64, _ unit: Unit) -> ByteSize {
        let (product, overflow) = count.multipliedReportingOverflow(by: unit.rawValue)
        guard overflow else { return ByteSize(bytes: product) }
        return count < 0 ? .zero : .max
    }
}

extension ByteSize: CustomStringConvertible {
    /// The size in the largest unit that holds it without a fraction: `1500`, `10k`, `5M`, `1G`.
    public var description: String {
        guard bytes > 0 else { return "0" }
        let unit = Unit.allCases.first { bytes % $0.rawValue == 0 } ?? .byte
        return "\(bytes / unit.rawValue)\(unit.suffix)"
    }
}

extension ByteSize: Comparable {
    /// Orders by size.
    public static func < (left: ByteSize, right: ByteSize) -> Bool {
        left.bytes < right.bytes
    }
}
