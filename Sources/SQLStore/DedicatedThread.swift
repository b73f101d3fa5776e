import Glibc

/// A thread of its own for work that blocks. It takes no signals: those belong to the process's main loop.
final class DedicatedThread: @unchecked Sendable {
    private final class Start {
        let name: String
        let body: () -> Void

        init(name: String, body: @escaping () -> Void) {
            self.name = name
            self.body = body
        }
    }

    private let thread: pthread_t
    private let condition = Condition()
    private var isJoined = false

    /// Starts the thread.
    /// - Parameter name: At most 15 bytes are shown by the system's tools.
    /// - Throws: `.unavailable` when the system has no more threads.
    init(name: String, body: sending @escaping () -> Void) throws(SQLError) {
        let start = Unmanaged.passRetained(Start(name: String(name.prefix(15)), body: body))
        var handle = pthread_t()
        var all = sigset_t()
        var previous = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &previous)
        let result = pthread_create(&handle, nil, Self.main, start.toOpaque())
        pthread_sigmask(SIG_SETMASK, &previous, nil)
        thread = handle
        guard result == 0 else {
            isJoined = true
            start.release()
            throw SQLError(.unavailable, "cannot start a thread, error \(result)")
        }
    }

    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        name(start.name)
        start.body()
        return nil
    }

    /// pthread_setname_np does not import; this is what it does. A thread without a name works as well.
    private static func name(_ name: String) {
        let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = write(descriptor, name, name.utf8.count)
        close(descriptor)
    }

    deinit {
        if !isJoined {
            pthread_detach(thread)
        }
    }

    /// Waits until the thread has ended; a second call waits for the first.
    func join() {
        condition.locked {
            guard !isJoined else { return }
            pthread_join(thread, nil)
            isJoined = true
        }
    }
}
