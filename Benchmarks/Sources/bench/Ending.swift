import Dispatch
import Glibc
import Synchronization

/// What must be ended when we end, however that happens.
final class Ending: Sendable {
    private let steps = Mutex<[@Sendable () -> Void]>([])

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
        while let step = steps.withLock({ $0.popLast() }) { step() }
    }
}
