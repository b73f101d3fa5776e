import Glibc

/// A Unix socket on which a test listens itself, to play a service.
public final class ListeningPath: Sendable {
    private let descriptor: CInt

    /// Listens at a path that does not exist yet.
    public init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw FixtureError("\(path): too long")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let descriptor = descriptor
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isBound, listen(descriptor, 64) == 0 else { throw FixtureError("cannot listen at \(path)") }
    }

    deinit { close(descriptor) }

    /// The next connection; nil when none comes within so many milliseconds.
    public func accept(withinMilliseconds time: Int32, timeout: Int = 30) -> Socket? {
        var target = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&target, 1, time) == 1 else { return nil }
        let accepted = Glibc.accept(descriptor, nil, nil)
        return accepted >= 0 ? Socket(accepted: accepted, timeout: timeout) : nil
    }
}
