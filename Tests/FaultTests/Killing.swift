import Glibc
import SuiteFixture
import Synchronization

/// Spreads a load over a time, or lets it go as fast as it can.
struct Pace: Sendable {
    private let start = Moment.now
    private let secondsEach: Double

    init(count: Int, seconds: Double) {
        secondsEach = seconds / Double(count)
    }

    /// Waits until it is time for this one.
    func wait(for number: Int) {
        while Moment.now < start + secondsEach * Double(number) { usleep(2_000) }
    }
}

/// Kills a service from time to time while others work.
enum Killing {
    /// kill -9 of `service` each `pause` microseconds until `isDone`, less often on a machine that is slow to start it;
    /// returns how often one ran. A service that nobody asks is started first.
    static func repeatedly(
        _ service: String, of suite: Suite, pause: UInt32, until isDone: borrowing Atomic<Bool>
    ) -> Int {
        var kills = 0
        var rest = pause
        while !isDone.load(ordering: .relaxed) {
            usleep(rest)
            if service == "reputation" { _ = suite.postern(["status", service]) }
            guard !isDone.load(ordering: .relaxed), let process = suite.process(of: service),
                kill(process, SIGKILL) == 0
            else { continue }
            kills += 1
            let start = Moment.now
            while suite.process(of: service) ?? process == process, Moment.now < start + 1 { usleep(5_000) }
            // One that nobody asks is not started again.
            let isBack = suite.process(of: service) != nil
            rest = isBack ? max(pause, UInt32((Moment.now - start) * 8_000_000)) : pause
        }
        return kills
    }

    /// Runs `body` on `threads` threads while `service` is being killed each `pause` microseconds; returns how often
    /// it was.
    static func service(
        _ service: String, of suite: Suite, while threads: Int, pause: UInt32 = 250_000,
        _ body: @escaping @Sendable (Int) -> Void
    ) -> Int {
        let shared = Shared()
        inParallel(threads + 1) { number in
            if number == threads {
                shared.kills.store(
                    repeatedly(service, of: suite, pause: pause, until: shared.isDone), ordering: .relaxed)
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
