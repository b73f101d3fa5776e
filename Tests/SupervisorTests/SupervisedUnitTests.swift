import Testing

@testable import Supervisor

@Suite struct SupervisedUnitTests {
    private func unit(startAtOnce: Bool = false) -> SupervisedUnit {
        let service = SupervisedService(name: "a", executable: "/a", sockets: [], startAtOnce: startAtOnce)
        return SupervisedUnit(service: service, sockets: [], schedule: RestartSchedule())
    }

    @Test func startsOnDemandOnly() {
        var unit = unit()
        #expect(!unit.isDue(at: 0) && unit.isAwaitingConnection(at: 0))
        unit.connectionArrived()
        #expect(unit.isDue(at: 0) && !unit.isAwaitingConnection(at: 0))
        unit.started(ChildProcess(process: 1, started: 0))
        #expect(!unit.isDue(at: 0) && !unit.isAwaitingConnection(at: 0))
    }

    @Test func waitsForAConnectionAfterACleanEnd() {
        var unit = unit()
        unit.started(ChildProcess(process: 1, started: 0))
        #expect(unit.ended(cleanly: true, ran: 5_000, at: 5_000) == 0)
        #expect(!unit.isDue(at: 5_000) && unit.isAwaitingConnection(at: 5_000))
    }

    @Test func aServiceThatEndsAtEachConnectionIsSlowedDown() {
        var unit = unit()
        _ = unit.ended(cleanly: true, ran: 1, at: 1)
        #expect(unit.ended(cleanly: true, ran: 1, at: 10) == 100)
        #expect(!unit.isAwaitingConnection(at: 109) && unit.isAwaitingConnection(at: 110))
        #expect(unit.nextTime(after: 10) == 110)
        #expect(unit.nextTime(after: 110) == nil)
    }

    @Test func restartsACrashWithoutAConnection() {
        var unit = unit()
        _ = unit.ended(cleanly: false, ran: 1, at: 1)
        #expect(unit.isDue(at: 1))
        _ = unit.ended(cleanly: false, ran: 1, at: 10)
        #expect(!unit.isDue(at: 109) && unit.isDue(at: 110))
    }

    @Test func keepsWhatStartsAtOnceRunning() {
        var unit = unit(startAtOnce: true)
        #expect(unit.isDue(at: 0))
        unit.started(ChildProcess(process: 1, started: 0))
        _ = unit.ended(cleanly: true, ran: 5_000, at: 5_000)
        #expect(unit.isDue(at: 5_000))
    }
}
