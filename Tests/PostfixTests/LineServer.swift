import Glibc
import SuiteFixture
import Synchronization

/// A server on threads, one for each connection.
final class LineServer: Sendable {
    typealias Session = @Sendable (LineConnection) -> Void

    /// Its port on 127.0.0.1; 0 for a Unix socket.
    let port: Int
    private let listening: CInt
    private let session: Session
    private let state = Mutex(State())

    private struct State {
        var isStopped = false
        var threads = 0
        var open: Set<CInt> = []
    }

    /// A server on a free port.
    init(session: @escaping Session) throws {
        listening = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listening
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, length)
                _ = getsockname(descriptor, $0, &length)
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        self.session = session
        try start()
    }

    /// A server on a Unix socket that everybody may use.
    init(path: String, session: @escaping Session) throws {
        listening = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < 108 else { throw FixtureError("\(path) is too long for a Unix socket") }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let descriptor = listening
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        chmod(path, 0o666)
        port = 0
        self.session = session
        try start()
    }

    private func start() throws {
        // Postfix's daemons are children of the tests: they must not hold the port.
        _ = fcntl(listening, F_SETFD, FD_CLOEXEC)
        guard listen(listening, 128) == 0 else {
            close(listening)
            throw FixtureError("cannot listen: \(String(cString: strerror(errno)))")
        }
        state.withLock { $0.threads += 1 }
        guard BackgroundThread.start({ self.acceptAll() }) else { throw FixtureError("no thread is left") }
    }

    private func acceptAll() {
        while true {
            let descriptor = accept(listening, nil, nil)
            if descriptor < 0, errno == EINTR || errno == ECONNABORTED { continue }
            guard descriptor >= 0 else { break }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            let isWanted = state.withLock { state in
                guard !state.isStopped else { return false }
                state.threads += 1
                state.open.insert(descriptor)
                return true
            }
            if !isWanted {
                close(descriptor)
            } else if !BackgroundThread.start({ self.serve(descriptor) }) {
                end(descriptor)
            }
        }
        state.withLock { $0.threads -= 1 }
    }

    private func serve(_ descriptor: CInt) {
        session(LineConnection(descriptor))
        end(descriptor)
    }

    private func end(_ descriptor: CInt) {
        state.withLock { state in
            state.open.remove(descriptor)
            state.threads -= 1
            close(descriptor)
        }
    }

    /// Ends all connections and waits for their threads.
    func stop() {
        let isFirst = state.withLock { state in
            defer { state.isStopped = true }
            for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
            return !state.isStopped
        }
        guard isFirst else { return }
        shutdown(listening, Int32(SHUT_RDWR))
        eventually { state.withLock { $0.threads == 0 } }
        close(listening)
    }
}
