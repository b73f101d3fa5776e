import Glibc
import SuiteFixture
import Synchronization

/// Kills a service from time to time while others work.
enum Killing {
    /// kill -9 of `service` each `pause` microseconds until `isDone`; returns how often one ran.
    static func repeatedly(
        _ service: String, of suite: Suite, pause: UInt32 = 250_000, until isDone: borrowing Atomic<Bool>
    ) -> Int {
        var kills = 0
        while !isDone.load(ordering: .relaxed) {
            usleep(pause)
            if suite.killNine(service) { kills += 1 }
        }
        return kills
    }

    /// Runs `body` on `threads` threads while `service` is being killed; returns how often it was.
    static func service(
        _ service: String, of suite: Suite, while threads: Int, _ body: @escaping @Sendable (Int) -> Void
    ) -> Int {
        let shared = Shared()
        inParallel(threads + 1) { number in
            if number == threads {
                shared.kills.store(
                    repeatedly(service, of: suite, until: shared.isDone), ordering: .relaxed)
            } else {
                body(number)
                let finished = shared.finished.add(1, ordering: .relaxed).newValue
                if finished == threads { shared.isDone.store(true, ordering: .relaxed) }
            }
        }
        return shared.kills.load(ordering: .relaxed)
    }

    private final class Shared: Sendable {
        let isDone = Atomic(false)
        let finished = Atomic(0)
        let kills = Atomic(0)
    }
}
