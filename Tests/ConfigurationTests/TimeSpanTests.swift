import Configuration
import Testing

@Suite struct TimeSpanTests {
    @Test(arguments: [
        (TimeSpan.zero, "0s"), (.milliseconds(500), "500ms"), (.seconds(1), "1s"), (.milliseconds(1500), "1500ms"),
        (.seconds(60), "1m"), (.seconds(90), "90s"), (.hours(12), "12h"), (.hours(24), "1d"), (.days(30), "30d"),
        (.max, "9223372036854775807ms"),
    ])
    func description(_ span: TimeSpan, _ text: String) {
        #expect(span.description == text)
    }

    @Test func tooLongIsTheLongest() {
        #expect(TimeSpan.seconds(.max) == .max)
        #expect(TimeSpan.days(106_751_991_168) == .max)
        #expect(TimeSpan.days(106_751_991_167) < .max)
        #expect(TimeSpan.minutes(.min) == .zero)
        #expect(TimeSpan.milliseconds(-1) == .zero)
    }

    @Test func otherUnits() {
        #expect(TimeSpan.milliseconds(2999).wholeSeconds == 2)
        #expect(TimeSpan.minutes(2).duration == .seconds(120))
        #expect(TimeSpan.max.duration == .milliseconds(Int64.max))
    }
}
