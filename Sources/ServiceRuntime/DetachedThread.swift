internal import Glibc

/// A thread that nobody waits for and that ends with the process.
enum DetachedThread {
    /// Runs `body` on a new thread. All signals are blocked there: they are for the threads that expect them.
    static func start(_ purpose: String, body: @escaping @Sendable () -> Void) throws(SystemError) {
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        let code = create(ThreadBody(body))
        pthread_sigmask(SIG_SETMASK, &before, nil)
        guard code == 0 else { throw SystemError("start the thread for \(purpose)", code: code) }
    }

    private static func create(_ body: ThreadBody) -> Int32 {
        let box = Unmanaged.passRetained(body)
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, runThreadBody, box.toOpaque())
        if code == 0 { pthread_detach(thread) } else { box.release() }
        return code
    }
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}

private func runThreadBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument { Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run() }
    return nil
}
