/// A length of time in whole milliseconds, never negative.
public struct TimeSpan: Sendable, Hashable {
    /// The length in milliseconds, 0 or more.
    public let milliseconds: Int64

    /// A length of so many milliseconds; a negative number counts as zero.
    public init(milliseconds: Int64) {
        self.milliseconds = Swift.max(0, milliseconds)
    }

    /// No time at all.
    public static let zero = TimeSpan(milliseconds: 0)
    /// The longest length; as a range's end it means "no limit".
    public static let max = TimeSpan(milliseconds: .max)

    /// So many milliseconds.
    public static func milliseconds(_ count: Int64) -> TimeSpan {
        TimeSpan(milliseconds: count)
    }

    /// So many seconds; at most `.max`.
    public static func seconds(_ count: Int64) -> TimeSpan {
        saturating(count, .second)
    }

    /// So many minutes; at most `.max`.
    public static func minutes(_ count: Int64) -> TimeSpan {
        saturating(count, .minute)
    }

    /// So many hours; at most `.max`.
    public static func hours(_ count: Int64) -> TimeSpan {
        saturating(count, .hour)
    }

    /// So many days of 24 hours; at most `.max`.
    public static func days(_ count: Int64) -> TimeSpan {
        saturating(count, .day)
    }

    /// The length in whole seconds, rounded down.
    public var wholeSeconds: Int64 {
        milliseconds / Unit.second.rawValue
    }

    /// The length as the standard library's type.
    public var duration: Duration {
        .milliseconds(milliseconds)
    }

    /// The units a configuration may use, with their milliseconds.
    enum Unit: Int64, CaseIterable {
        case day = 86_400_000
        case hour = 3_600_000
        case minute = 60_000
        case second = 1000
        case millisecond = 1

        var suffix: String {
            switch self {
            case .day: "d"
            case .hour: "h"
            case .minute: "m"
            case .second: "s"
            case .millisecond: "ms"
            }
        }

        init?(suffix: String) {
            guard let unit = Self.allCases.first(where: { $0.suffix == suffix }) else { return nil }
            self = unit
        }
    }

    private static func saturating(_ count: Int64, _ unit: Unit) -> TimeSpan {
        let (product, overflow) = count.multipliedReportingOverflow(by: unit.rawValue)
        guard overflow else { return TimeSpan(milliseconds: product) }
        return count < 0 ? .zero : .max
    }
}

extension TimeSpan: CustomStringConvertible {
    /// The length in the largest unit that holds it without a fraction: `500ms`, `90s`, `15m`, `12h`, `30d`.
    public var description: String {
        guard milliseconds > 0 else { return "0s" }
        let unit = Unit.allCases.first { milliseconds % $0.rawValue == 0 } ?? .millisecond
        return "\(milliseconds / unit.rawValue)\(unit.suffix)"
    }
}

extension TimeSpan: Comparable {
    /// Orders by length.
    public static func < (left: TimeSpan, right: TimeSpan) -> Bool {
        left.milliseconds < right.milliseconds
    }
}
