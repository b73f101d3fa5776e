import Glibc

/// A blocking Unix socket for tests: what socat would be.
final class UnixSocket: Sendable {
    private let descriptor: CInt

    /// A listening socket; nil when it cannot be made.
    static func listen(_ path: String) -> CInt? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let isBound = withAddress(path) { bind(descriptor, $0, $1) == 0 }
        guard isBound, Glibc.listen(descriptor, 128) == 0 else { return nil }
        return descriptor
    }

    init?(connectedTo path: String) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let isConnected = Self.withAddress(path) { connect(descriptor, $0, $1) == 0 }
        guard isConnected else { return nil }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    private static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Bool) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
        }
    }

    /// Returns how many bytes the kernel took within a moment.
    @discardableResult
    func write(_ text: String) -> Int {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count, isReady(Int16(POLLOUT), milliseconds: 500) {
            let count = bytes[sent...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            guard count > 0 else { break }
            sent += count
        }
        return sent
    }

    /// Reads until `count` messages are complete, the peer closes, or nothing comes for `milliseconds`.
    func read(messages count: Int, milliseconds: Int32 = 30_000) -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        var ends = 0
        while ends < count, isReady(Int16(POLLIN), milliseconds: milliseconds) {
            let length = recv(descriptor, &chunk, chunk.count, 0)
            guard length > 0 else { break }
            for byte in chunk[..<length] {
                if byte == 10, bytes.last == 10 { ends += 1 }
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether there is something to read at this moment.
    func hasSomething() -> Bool { isReady(Int16(POLLIN), milliseconds: 0) }

    /// Whether the peer closed, without sending anything more.
    func isClosed() -> Bool {
        var byte: UInt8 = 0
        return isReady(Int16(POLLIN), milliseconds: 30_000) && recv(descriptor, &byte, 1, 0) <= 0
    }

    private func isReady(_ events: Int16, milliseconds: Int32) -> Bool {
        var poll = pollfd(fd: descriptor, events: events, revents: 0)
        return Glibc.poll(&poll, 1, milliseconds) > 0
    }
}
