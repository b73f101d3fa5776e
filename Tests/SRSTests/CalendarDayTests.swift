import SRS
import Testing

@Suite struct CalendarDayTests {
    @Test(arguments: [
        ("1970-01-01", 0), ("1970-12-31", 364), ("2000-02-29", 11016), ("2000-03-01", 11017), ("2023-11-14", 19675),
        ("2024-02-29", 19782), ("2100-02-28", 47540), ("2100-03-01", 47541), ("9999-12-31", 2_932_896),
    ])
    func days(text: String, number: Int) {
        #expect(CalendarDay(parsing: text)?.number == number)
        #expect(CalendarDay(number).description == text)
    }

    @Test func everyDayReadsBack() {
        for number in stride(from: 0, to: 80_000, by: 1)
        where CalendarDay(parsing: "\(CalendarDay(number))")?.number != number {
            Issue.record("\(number)")
        }
    }

    @Test(arguments: [
        "", "2026", "2026-1-01", "2026-01-1", "26-01-01", "2026-13-01", "2026-00-01", "2026-01-00", "2026-06-31",
        "2100-02-29", "1969-12-31", "2026-01-01 ", "2026-01-0x", "-026-01-01", "2026/01/01", "2026-01-01-01",
        "２０２６-01-01",
    ])
    func refuses(text: String) {
        #expect(CalendarDay(parsing: text) == nil)
    }

    @Test func extremesDoNotTrap() {
        #expect(CalendarDay(.min).description == "1970-01-01")
        #expect(CalendarDay(.max).description == "9999-12-31")
    }
}
