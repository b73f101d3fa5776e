/// The day a rewritten address was made, in two characters that come round again after 1024 days.
public struct SRSTimestamp: Sendable, Hashable, CustomStringConvertible {
    /// The number of days after which a timestamp means another day.
    public static let period = 1024

    /// The number of days an address is good for by default, the day it was made not counted.
    public static let defaultValidity = 20

    /// The day modulo the period: 0 to 1023.
    public let value: Int

    /// The timestamp of a day, counted from 1970-01-01 UTC. Any number will do.
    public init(day: Int) {
        value = day & (SRSTimestamp.period - 1)
    }

    /// Reads two characters of the base32 alphabet (RFC 4648 section 6) in either letter case.
    public init?(parsing text: String) {
        let digits = text.utf8.prefix(3).compactMap(Base32.digit)
        guard digits.count == 2, text.utf8.count == 2 else { return nil }
        value = digits[0] << 5 | digits[1]
    }

    /// The day of a point in time, in seconds since 1970-01-01 UTC.
    public static func day(unixTime seconds: Int64) -> Int {
        // Rounded down before 1970 too.
        Int(seconds / 86400) - (seconds % 86400 < 0 ? 1 : 0)
    }

    /// The two characters, in capitals.
    public var description: String {
        String(unsafeUninitializedCapacity: 2) { characters in
            characters[0] = Base32.character(value >> 5)
            characters[1] = Base32.character(value)
            return 2
        }
    }

    /// True on the day itself and the `validity` days after it. A day to come is not valid.
    public func isValid(on day: Int, validity: Int = defaultValidity) -> Bool {
        age(on: day) <= validity
    }

    /// The days that have passed on `day` since the last day with this timestamp: 0 to 1023.
    public func age(on day: Int) -> Int {
        SRSTimestamp(day: day &- value).value
    }
}
