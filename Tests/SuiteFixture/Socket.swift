import Glibc

/// A blocking client connection over TCP or a Unix socket.
public final class Socket {
    private var descriptor: CInt
    private var received: [UInt8] = []

    /// Where to connect.
    public enum Address: Sendable, CustomStringConvertible {
        /// A port on 127.0.0.1.
        case tcp(Int)
        /// A Unix socket.
        case unix(String)

        /// For messages.
        public var description: String {
            switch self {
            case .tcp(let port): "127.0.0.1:\(port)"
            case .unix(let path): path
            }
        }
    }

    /// Connects; nil when nobody listens.
    public init?(_ address: Address, timeout: Int = 30) {
        switch address {
        case .tcp(let port):
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            var one: CInt = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<CInt>.size))
            guard Self.connect(descriptor, port: port) else { return nil }
        case .unix(let path):
            descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            guard Self.connect(descriptor, path: path) else { return nil }
        }
        setTimeout(timeout)
    }

    /// A connection that was accepted.
    init(accepted descriptor: CInt, timeout: Int) {
        self.descriptor = descriptor
        setTimeout(timeout)
    }

    deinit { close() }

    private func setTimeout(_ seconds: Int) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Closes it.
    public func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    private static func connect(_ descriptor: CInt, port: Int) -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func connect(_ descriptor: CInt, path: String) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < 108 else { return false }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    /// Sends all of `bytes`; false when the connection is gone.
    @discardableResult
    public func send(_ bytes: some Collection<UInt8>) -> Bool {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { buffer in
                Glibc.send(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Sends text.
    @discardableResult
    public func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// What comes up to and with `end`; nil when the connection closes or times out before.
    public func receive(through end: String) -> String? {
        let mark = Array(end.utf8)
        while true {
            if let range = received.firstRange(of: mark) {
                let text = String(decoding: received[..<range.upperBound], as: UTF8.self)
                received.removeSubrange(..<range.upperBound)
                return text
            }
            guard fill() else { return nil }
        }
    }

    /// The text of the next netstring (socketmap_table(5)); nil when there is none.
    public func receiveNetstring() -> String? {
        guard let length = receive(through: ":").flatMap({ Int($0.dropLast()) }) else { return nil }
        while received.count <= length {
            guard fill() else { return nil }
        }
        defer { received.removeFirst(length + 1) }
        return received[length] == UInt8(ascii: ",") ? String(decoding: received[..<length], as: UTF8.self) : nil
    }

    /// Everything that comes until the peer closes; nil when it does not close in time.
    public func receiveUntilClosed() -> String? {
        while fill() {}
        let isLate = errno == EAGAIN || errno == EWOULDBLOCK
        return isLate ? nil : pending
    }

    /// Whether nothing comes, and the connection stays open, for so many milliseconds.
    public func isQuiet(forMilliseconds time: Int32) -> Bool {
        var target = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return received.isEmpty && poll(&target, 1, time) == 0
    }

    /// Whether more can be sent within so many milliseconds.
    public func takesMore(withinMilliseconds time: Int32) -> Bool {
        var target = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&target, 1, time) == 1 && target.revents & Int16(POLLERR | POLLHUP) == 0
    }

    /// Sends what fits without waiting; nil when the connection is gone.
    public func sendWhatFits(_ bytes: [UInt8]) -> Int? {
        let count = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        if count >= 0 { return count }
        return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : nil
    }

    /// Closes with a reset, as a process that is killed does.
    public func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    /// Whether the peer closes the connection without sending anything more.
    public func closesSilently() -> Bool {
        guard received.isEmpty else { return false }
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, 0) == 0 || errno == ECONNRESET
    }

    /// What has come in and was not taken yet.
    public var pending: String { String(decoding: received, as: UTF8.self) }

    private func fill() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        errno = 0
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        received += chunk[..<count]
        return true
    }

    /// A TCP port of 127.0.0.1 that nobody has; see ``PortBlock``.
    public static func freePort() -> Int { PortBlock.nextFree() }
}
