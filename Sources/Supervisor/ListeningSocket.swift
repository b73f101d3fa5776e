internal import CPosternSupport
internal import Glibc
internal import ServiceProtocol

/// A socket the supervisor listens on, for as long as it lives, whether its service runs or not.
struct ListeningSocket {
    /// As in the shipped .socket units: a restarting service may let many wait.
    private static let backlog: Int32 = 4_096

    let name: String
    let address: SocketAddressText
    let descriptor: Int32
    private let file: FileIdentity?

    /// Binds and listens; a file left behind by a dead listener is replaced.
    init(_ socket: SupervisedSocket) throws(SupervisorError) {
        name = socket.name
        address = socket.address
        descriptor = try Self.open(socket.address)
        do throws(SupervisorError) {
            try Self.bind(descriptor, socket)
            guard listen(descriptor, Self.backlog) == 0 else { throw Self.failure("listen on", address) }
        } catch {
            Glibc.close(descriptor)
            throw error
        }
        file = Self.path(of: address).flatMap { FileIdentity(path: $0) }
    }

    /// Closes it and removes its file, unless somebody has put another one there.
    func remove() {
        close(descriptor)
        guard let file, let path = Self.path(of: address), FileIdentity(path: path) == file else { return }
        unlink(path)
    }

    private static func open(_ address: SocketAddressText) throws(SupervisorError) -> Int32 {
        let kind = postern_sock_stream | postern_sock_cloexec | postern_sock_nonblock
        let descriptor = socket(address.family, kind, 0)
        guard descriptor >= 0 else { throw failure("make a socket for", address) }
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        if address.family != AF_UNIX { setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, size) }
        // Else [::]:7777 would take 0.0.0.0:7777 as well.
        if address.family == AF_INET6 { setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &on, size) }
        return descriptor
    }

    private static func bind(_ descriptor: Int32, _ socket: SupervisedSocket) throws(SupervisorError) {
        guard let path = path(of: socket.address) else {
            guard bind(descriptor, to: socket.address) else { throw failure("listen on", socket.address) }
            return
        }
        guard path.utf8.count <= SocketAddressText.longestPath else {
            errno = ENAMETOOLONG
            throw failure("listen on", socket.address)
        }
        try RuntimeDirectory.make(parentOf: path, mode: socket.directoryMode)
        // Nobody may connect before owner and permissions are right.
        let mask = umask(0o177)
        defer { umask(mask) }
        if !bind(descriptor, to: socket.address) {
            guard errno == EADDRINUSE else { throw failure("listen on", socket.address) }
            try removeStale(path, socket.address)
            guard bind(descriptor, to: socket.address) else { throw failure("listen on", socket.address) }
        }
        try setOwner(of: path, socket)
    }

    private static func bind(_ descriptor: Int32, to address: SocketAddressText) -> Bool {
        address.withSocketAddress { pointer, length in Glibc.bind(descriptor, pointer, length) } == 0
    }

    private static func setOwner(of path: String, _ socket: SupervisedSocket) throws(SupervisorError) {
        if let group = socket.group {
            guard let entry = getgrnam(group) else { throw .unknownGroup(group) }
            guard chown(path, uid_t.max, entry.pointee.gr_gid) == 0 else {
                throw failure("give group '\(group)' the socket", socket.address)
            }
        }
        guard chmod(path, socket.mode) == 0 else { throw failure("set the permissions of", socket.address) }
    }

    private static func removeStale(_ path: String, _ address: SocketAddressText) throws(SupervisorError) {
        guard FileIdentity(path: path)?.isSocket == true else { throw .notASocket(path: path) }
        guard !isAnswered(address) else { throw .addressInUse(address) }
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("remove the stale socket", address) }
    }

    /// Only a refused connection proves that nobody listens; a full backlog does not.
    private static func isAnswered(_ address: SocketAddressText) -> Bool {
        let kind = postern_sock_stream | postern_sock_cloexec | postern_sock_nonblock
        let descriptor = socket(address.family, kind, 0)
        guard descriptor >= 0 else { return true }
        defer { Glibc.close(descriptor) }
        let result = address.withSocketAddress { pointer, length in connect(descriptor, pointer, length) }
        return result == 0 || (errno != ECONNREFUSED && errno != ENOENT)
    }

    private static func path(of address: SocketAddressText) -> String? {
        if case .unix(let path) = address { path } else { nil }
    }

    private static func failure(_ attempt: String, _ address: SocketAddressText) -> SupervisorError {
        errno == EADDRINUSE ? .addressInUse(address) : .system(attempt: "\(attempt) \(address)", code: errno)
    }
}

/// Which file a path names at the moment.
struct FileIdentity: Equatable {
    let device: UInt
    let inode: UInt
    let isSocket: Bool

    /// Nil if there is none; a symbolic link is not followed.
    init?(path: String) {
        var information = stat()
        guard lstat(path, &information) == 0 else { return nil }
        device = information.st_dev
        inode = information.st_ino
        isSocket = information.st_mode & S_IFMT == S_IFSOCK
    }
}
