import Testing

@testable import Supervisor

@Suite struct RestartScheduleTests {
    @Test func startsAtOnceThenWaitsLongerButNeverGivesUp() {
        var schedule = RestartSchedule()
        let delays = (0..<100).map { _ in schedule.delay(afterRunningFor: 5) }
        #expect(Array(delays.prefix(7)) == [0, 100, 200, 400, 800, 1_000, 1_000])
        #expect(delays.last == 1_000)
    }

    @Test func beginsAnewAfterAHealthyTime() {
        var schedule = RestartSchedule()
        for _ in 0..<5 { _ = schedule.delay(afterRunningFor: 5) }
        #expect(schedule.delay(afterRunningFor: 1_000) == 1_000)
        #expect(schedule.delay(afterRunningFor: 1_001) == 0)
        #expect(schedule.delay(afterRunningFor: 5) == 100)
    }
}
