/// A day of the calendar, counted from 1970-01-01 UTC, and its text by ISO 8601 such as 2026-11-30.
public struct CalendarDay: Sendable, Hashable, CustomStringConvertible {
    /// Days since 1970-01-01 UTC.
    public let number: Int

    /// The day of a number.
    public init(_ number: Int) {
        self.number = number
    }

    /// Reads YYYY-MM-DD, from the year 1970 on; nil for anything else, and for a day that no month has.
    public init?(parsing text: some StringProtocol) {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2] else { return nil }
        let numbers = parts.compactMap { part in
            part.allSatisfy { (48...57).contains($0) } ? part.reduce(0) { $0 * 10 + Int($1) - 48 } : nil
        }
        guard numbers.count == 3, numbers[0] >= 1970, (1...12).contains(numbers[1]) else { return nil }
        self.init(CalendarDay.number(year: numbers[0], month: numbers[1], day: numbers[2]))
        // A 31st of June would be the 1st of July.
        guard description == String(text) else { return nil }
    }

    /// Days before a month in a year that begins in March, so that the leap day is its last.
    private static func days(beforeMonth month: Int) -> Int {
        (153 * month + 2) / 5
    }

    private static func number(year: Int, month: Int, day: Int) -> Int {
        let year = month < 3 ? year - 1 : year
        let leapDays = year / 4 - year / 100 + year / 400
        // 719468 days lie between 0000-03-01 and 1970-01-01.
        return year * 365 + leapDays + days(beforeMonth: (month + 9) % 12) + day - 1 - 719_468
    }

    /// The text, YYYY-MM-DD.
    public var description: String {
        // The range of four-digit years; no time of a system lies outside.
        let days = min(max(number, 0), 2_932_896) + 719_468
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        let year = yearOfEra + era * 400 + (month < 3 ? 1 : 0)
        let day = dayOfYear - CalendarDay.days(beforeMonth: march) + 1
        return "\(year)-\(CalendarDay.twoDigits(month))-\(CalendarDay.twoDigits(day))"
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
