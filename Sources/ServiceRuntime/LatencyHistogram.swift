/// How long things took: a histogram with buckets fixed at compile time, an eighth of a power of two wide.
///
/// A percentile is therefore too high by at most 12.5 %. Recording is an addition to an array element.
public struct LatencyHistogram: Equatable, Sendable {
    /// What is longer counts as this: 2^36 µs, about 19 hours.
    public static let longest: Int64 = (1 << 36) - 1

    private static let stepBits = 3
    private static let steps = 1 << stepBits
    private static let bucketCount = index(of: longest) + 1

    private var buckets = [UInt64](repeating: 0, count: bucketCount)
    /// How many durations were recorded.
    public private(set) var count: UInt64 = 0
    /// Their sum in microseconds.
    public private(set) var sum: UInt64 = 0
    /// The longest of them in microseconds.
    public private(set) var maximum: Int64 = 0

    /// An empty histogram.
    public init() {}

    /// Records a duration; a negative one counts as 0.
    public mutating func record(microseconds: Int64) {
        let value = min(max(microseconds, 0), Self.longest)
        buckets[Self.index(of: value)] &+= 1
        count &+= 1
        sum &+= UInt64(value)
        maximum = max(maximum, value)
    }

    /// The duration in microseconds that `percent` (0 to 100) of all durations did not exceed; 0 if there are none.
    public func percentile(_ percent: Double) -> Int64 {
        guard count > 0 else { return 0 }
        let wanted = UInt64((Double(count) * min(max(percent, 0), 100) / 100).rounded(.up))
        var seen: UInt64 = 0
        for (index, number) in buckets.enumerated() {
            seen &+= number
            if seen >= max(wanted, 1) { return min(Self.upperBound(of: index), maximum) }
        }
        return maximum
    }

    /// How it is shown: `NAME.count`, and in microseconds `NAME.p50`, `NAME.p99` and `NAME.max`.
    func rows(name: String) -> [(name: String, value: UInt64)] {
        [
            (name: "\(name).count", value: count),
            (name: "\(name).p50", value: UInt64(clamping: percentile(50))),
            (name: "\(name).p99", value: UInt64(clamping: percentile(99))),
            (name: "\(name).max", value: UInt64(clamping: maximum)),
        ]
    }

    /// Below `steps` a bucket holds one value; above, the bits after the leading one choose the step.
    static func index(of value: Int64) -> Int {
        guard value >= Int64(steps) else { return Int(value) }
        let exponent = 63 - value.leadingZeroBitCount
        let step = Int(value >> Int64(exponent - stepBits)) & (steps - 1)
        return (exponent - stepBits + 1) * steps + step
    }

    /// The largest value that falls into the bucket.
    static func upperBound(of index: Int) -> Int64 {
        guard index >= steps else { return Int64(index) }
        let shift = index / steps - 1
        let lower = Int64(steps + index % steps) << Int64(shift)
        return lower + (1 << Int64(shift)) - 1
    }
}
