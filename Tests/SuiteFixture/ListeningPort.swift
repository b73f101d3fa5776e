import Glibc

/// A port on 127.0.0.1 on which a test listens itself.
public final class ListeningPort: Sendable {
    /// The port.
    public let number: Int
    private let descriptor: CInt

    /// Listens on a free port.
    public init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        number = Int(UInt16(bigEndian: address.sin_port))
        guard isBound, listen(descriptor, 64) == 0 else { throw FixtureError("cannot listen") }
    }

    deinit { close(descriptor) }

    /// The next connection; nil when none comes within so many milliseconds. Several threads may wait here.
    public func accept(withinMilliseconds time: Int32, timeout: Int = 30) -> Socket? {
        var target = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&target, 1, time) == 1 else { return nil }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        let accepted = Glibc.accept(descriptor, nil, nil)
        return accepted >= 0 ? Socket(accepted: accepted, timeout: timeout) : nil
    }
}
