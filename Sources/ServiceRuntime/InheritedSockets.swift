internal import CPosternSupport
internal import CSystemd
internal import Glibc

/// A listening stream socket that was opened for this process by whoever started it.
public struct InheritedSocket: Equatable, Sendable {
    /// The kind of address the socket listens on.
    public enum Family: Equatable, Sendable {
        /// An IPv4 address and a port.
        case ipv4
        /// An IPv6 address and a port.
        case ipv6
        /// A Unix socket.
        case unix
    }

    /// The unit's `FileDescriptorName=`; several sockets may share one name.
    public let name: String
    /// The descriptor, non-blocking and close-on-exec; it belongs to the caller.
    public let descriptor: Int32
    /// The kind of address.
    public let family: Family
}

/// Why an inherited descriptor cannot be served.
public enum InheritedSocketsError: Error, Equatable, CustomStringConvertible {
    /// The LISTEN_* variables are malformed, or a descriptor they promise is not open.
    case unreadable(SystemError)
    /// The descriptor is something else than a listening stream socket, or of a family Postern does not serve.
    case notAListener(name: String, descriptor: Int32)

    /// The error in one line.
    public var description: String {
        switch self {
        case .unreadable(let error): error.description
        case .notAListener(let name, let descriptor):
            "inherited descriptor \(descriptor) (\(name)) is not a listening stream socket of IPv4, IPv6 or Unix"
        }
    }
}

/// The sockets of socket activation: sd_listen_fds_with_names(3).
public enum InheritedSockets {
    /// Takes every socket passed to this process, in the order of the descriptors.
    ///
    /// The result is empty when LISTEN_PID names another process or nothing was passed. The variables are removed, so
    /// that no child mistakes the sockets for its own, and a second call finds nothing. Call it before any thread is
    /// started, since the environment must not be changed under a reader.
    public static func take() throws(InheritedSocketsError) -> [InheritedSocket] {
        var list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = sd_listen_fds_with_names(1, &list)
        guard count >= 0 else { throw .unreadable(SystemError("read the inherited sockets", code: -count)) }
        defer { release(list, count: Int(count)) }
        var sockets: [InheritedSocket] = []
        for index in 0..<count {
            let name = list?[Int(index)].map { String(cString: $0) } ?? "unknown"
            sockets.append(try adopt(SD_LISTEN_FDS_START + index, name: name))
        }
        return sockets
    }

    private static func adopt(_ descriptor: Int32, name: String) throws(InheritedSocketsError) -> InheritedSocket {
        guard sd_is_socket(descriptor, AF_UNSPEC, postern_sock_stream, 1) > 0,
            let family = family(of: descriptor)
        else { throw .notAListener(name: name, descriptor: descriptor) }
        let flags = fcntl(descriptor, F_GETFL)
        guard flags >= 0, fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 else {
            throw .unreadable(SystemError("make descriptor \(descriptor) (\(name)) non-blocking", code: errno))
        }
        return InheritedSocket(name: name, descriptor: descriptor, family: family)
    }

    private static func family(of descriptor: Int32) -> InheritedSocket.Family? {
        let families: [(Int32, InheritedSocket.Family)] = [(AF_INET, .ipv4), (AF_INET6, .ipv6), (AF_UNIX, .unix)]
        return families.first { number, _ in sd_is_socket(descriptor, number, 0, -1) > 0 }?.1
    }

    private static func release(_ list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, count: Int) {
        for index in 0..<count { free(list?[index]) }
        free(list)
    }
}
