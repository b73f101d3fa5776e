import Glibc

/// Polls until `condition` holds; a test's only way to wait for another process.
@discardableResult
public func eventually(within seconds: Double = 10, _ condition: () -> Bool) -> Bool {
    let end = Moment.now + seconds
    while Moment.now < end {
        if condition() { return true }
        usleep(5_000)
    }
    return condition()
}

/// CLOCK_MONOTONIC in seconds.
public enum Moment {
    /// Now.
    public static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// Runs `body` once for each number below `count`, each on a thread of its own, and waits for all.
public func inParallel(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    final class Job: Sendable {
        let number: Int
        let body: @Sendable (Int) -> Void
        init(_ number: Int, _ body: @escaping @Sendable (Int) -> Void) {
            self.number = number
            self.body = body
        }
    }
    var threads: [pthread_t] = []
    for number in 0..<count {
        var thread = pthread_t()
        let job = Unmanaged.passRetained(Job(number, body))
        let failed = pthread_create(
            &thread, nil,
            { pointer in
                guard let pointer else { return nil }
                let job = Unmanaged<Job>.fromOpaque(pointer).takeRetainedValue()
                job.body(job.number)
                return nil
            }, job.toOpaque())
        if failed == 0 { threads.append(thread) } else { job.takeRetainedValue().body(number) }
    }
    for thread in threads { pthread_join(thread, nil) }
}
