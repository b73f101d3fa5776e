import SRS
import Testing

@Suite struct SRSTimestampTests {
    @Test(arguments: [
        (19675, "G3"), (0, "AA"), (1, "AB"), (31, "A7"), (32, "BA"), (1023, "77"), (1024, "AA"), (-1, "77"),
        (Int.max, "77"), (Int.min, "AA"),
    ])
    func texts(day: Int, text: String) {
        #expect(SRSTimestamp(day: day).description == text)
        #expect(SRSTimestamp(parsing: text) == SRSTimestamp(day: day))
        #expect(SRSTimestamp(parsing: text.lowercased()) == SRSTimestamp(day: day))
    }

    @Test func everyValueReadsBack() {
        let texts = (0..<1024).map { SRSTimestamp(day: $0).description }
        #expect(Set(texts).count == 1024)
        #expect(texts.compactMap { SRSTimestamp(parsing: $0)?.value } == Array(0..<1024))
    }

    @Test(arguments: ["", "A", "AAA", "A1", "0A", "A=", "é", "ÀA", "A\0", String(repeating: "A", count: 10_000)])
    func refuses(text: String) {
        #expect(SRSTimestamp(parsing: text) == nil)
    }

    @Test(arguments: [(0, true), (1, true), (20, true), (21, false), (-1, false), (1023, false), (1024, true)])
    func window(age: Int, expected: Bool) {
        for day in [19675, 5, 1023, 1024, 1030] {
            #expect(SRSTimestamp(day: day - age).isValid(on: day) == expected)
        }
    }

    @Test func validityIsTwentyOneDaysInAll() {
        let valid = (0..<1024).filter { SRSTimestamp(day: $0).isValid(on: 3) }
        #expect(valid.count == 21)
        #expect((0..<1024).filter { SRSTimestamp(day: $0).isValid(on: 3, validity: 0) } == [3])
    }

    @Test(arguments: [
        (Int64(1_700_000_000), 19675), (0, 0), (86399, 0), (86400, 1), (-1, -1), (-86400, -1), (-86401, -2),
    ])
    func days(seconds: Int64, day: Int) {
        #expect(SRSTimestamp.day(unixTime: seconds) == day)
    }

    @Test func extremeTimesDoNotTrap() {
        #expect(SRSTimestamp.day(unixTime: .max) == Int(Int64.max / 86400))
        #expect(SRSTimestamp.day(unixTime: .min) == Int(Int64.min / 86400) - 1)
    }
}
