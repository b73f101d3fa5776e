import Glibc
import ServiceProtocol

@testable import Supervisor

/// A client of the probe.
enum Client {
    /// The reply; empty if the connection ended without one; nil if it was refused.
    static func ask(_ question: String, at address: SocketAddressText, awaitingReply: Bool = true) -> String? {
        let descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        guard address.withSocketAddress({ connect(descriptor, $0, $1) }) == 0 else { return nil }
        send(descriptor, question, question.utf8.count, Int32(MSG_NOSIGNAL))
        guard awaitingReply else { return "" }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }

    /// The process that answers, asking again if one died before it could; nil if a connection was refused.
    static func process(at address: SocketAddressText) -> pid_t? {
        for _ in 0..<100 {
            guard let reply = ask("p", at: address) else { return nil }
            if let process = reply.split(separator: " ").first.flatMap({ pid_t($0) }) { return process }
        }
        return nil
    }

    /// A free port of 127.0.0.1 with the socket that listens there.
    static func takePort() -> (port: UInt16, descriptor: Int32) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length)
                listen(descriptor, 1)
                getsockname(descriptor, $0, &length)
            }
        }
        return (UInt16(bigEndian: address.sin_port), descriptor)
    }
}
