internal import Glibc
internal import Synchronization

/// The thread on which c-ares works. It takes no signals: those belong to the process's main loop.
final class DNSClientThread: Sendable {
    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    /// The thread, until somebody has waited for its end.
    private let handle: Mutex<pthread_t?>

    init(_ run: @escaping @Sendable () -> Void) throws(DNSClientError) {
        let body = Unmanaged.passRetained(Body(run))
        var thread = pthread_t()
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        let code = pthread_create(&thread, nil, Self.main, body.toOpaque())
        pthread_sigmask(SIG_SETMASK, &before, nil)
        handle = Mutex(code == 0 ? thread : nil)
        guard code == 0 else {
            body.release()
            throw DNSClientError("start the thread for the DNS", code: code)
        }
    }

    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        guard let argument else { return nil }
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
    }

    deinit {
        if let thread = handle.withLock({ $0 }) { pthread_detach(thread) }
    }

    /// Waits for its end; the second call does nothing.
    func join() {
        let thread = handle.withLock { handle in
            defer { handle = nil }
            return handle
        }
        if let thread { pthread_join(thread, nil) }
    }
}
