import Dispatch
import Glibc
import Synchronization

/// What must be ended when we end, however that happens.
final class Ending: Sendable {
    private let steps = Mutex<[@Sendable () -> Void]>([])
    /// Held while it runs: whoever comes second waits, and does not end before all is done.
    private let running = Mutex(())

    /// SIGINT and SIGTERM end what was started, too.
    func catchSignals() -> [any DispatchSourceSignal] {
        [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [self] in
                run()
                exit(130)
            }
            source.resume()
            return source
        }
    }

    /// Adds a step; the last added is the first run.
    func add(_ step: @escaping @Sendable () -> Void) {
        steps.withLock { $0.append(step) }
    }

    func run() {
        running.withLock { _ in
            while let step = steps.withLock({ $0.popLast() }) { step() }
            // Also what was only being started.
            Program.endAll()
        }
    }
}
