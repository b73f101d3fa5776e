import SQLStore
import Synchronization
import Testing

@Suite struct StoreAlarmTests {
    private final class Bell: Sendable {
        private let heard = Mutex<[String]>([])

        var all: [String] { heard.withLock { $0 } }

        func alarm() -> StoreAlarm {
            StoreAlarm(
                onFailure: { error in self.heard.withLock { $0.append("fails: \(error.message)") } },
                onRecovery: { self.heard.withLock { $0.append("works again") } })
        }
    }

    private static let error = SQLError(.unavailable, "gone")

    /// Each change is told once; that a store works from the beginning is no news.
    @Test(
        arguments: [
            ("", .opening, []), ("w", .working, []), ("wwa", .working, []), ("f", .failing, ["fails: gone"]),
            ("ufu", .failing, ["fails: gone"]), ("faw", .working, ["fails: gone", "works again"]),
            ("wfwu", .failing, ["fails: gone", "works again", "fails: gone"]),
        ] as [(String, StoreAlarm.Standing, [String])])
    func changesAreToldOnce(_ notes: String, _ standing: StoreAlarm.Standing, _ told: [String]) {
        let bell = Bell()
        let alarm = bell.alarm()
        for note in notes {
            switch note {
            case "a": alarm.changed(to: .available)
            case "u": alarm.changed(to: .unavailable(Self.error))
            case "w": alarm.worked()
            default: alarm.failed(Self.error)
            }
        }
        #expect(alarm.standing == standing)
        #expect(bell.all == told)
    }

    @Test(
        arguments: [
            ([], .working), ([.working, .working], .working), ([.working, .opening], .opening),
            ([.opening, .failing, .working], .failing),
        ] as [([StoreAlarm.Standing], StoreAlarm.Standing)])
    func severalAreAsTheWorstOfThem(_ standings: [StoreAlarm.Standing], _ all: StoreAlarm.Standing) {
        #expect(StoreAlarm.Standing.all(standings) == all)
    }
}
