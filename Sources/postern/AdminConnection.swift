import CPosternSupport
import Glibc
import NIOCore
import PostfixProtocol
import ServiceProtocol

/// A blocking connection to an admin socket: one question, one answer.
struct AdminConnection: ~Copyable {
    private let descriptor: CInt
    private let path: String
    /// How long an answer may take, in seconds.
    private static let limit = 15

    /// Connects to the Unix socket at `path`.
    init(path: String) throws(CommandFailure) {
        self.path = path
        descriptor = socket(AF_UNIX, postern_sock_stream, 0)
        var time = timeval(tv_sec: Self.limit, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        let code = Self.connect(descriptor, to: path)
        guard code == 0 else {
            close(descriptor)
            let hint = code == EACCES ? " (are you in the group postern-admin?)" : ""
            throw CommandFailure(
                description: "cannot reach \(path): \(String(cString: strerror(code)))\(hint)", status: EX_UNAVAILABLE,
                isRefusedConnection: code == ECONNREFUSED)
        }
    }

    deinit { close(descriptor) }

    private static func connect(_ descriptor: CInt, to path: String) -> CInt {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count <= SocketAddressText.longestPath else { return ENAMETOOLONG }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        return result == 0 ? 0 : errno
    }

    /// Asks, and waits for the answer.
    func ask(_ request: AdminRequest) throws(CommandFailure) -> AdminReply {
        var message = ByteBuffer()
        message.writeStaticString("protocol=1\nid=1\n")
        request.encode(into: &message)
        message.writeEndOfMessage()
        try send(message)
        guard let list = try receive(), let reply = AdminReply(list) else {
            throw CommandFailure(description: "\(path) gave no answer that could be understood", status: EX_PROTOCOL)
        }
        return reply
    }

    private func send(_ message: ByteBuffer) throws(CommandFailure) {
        var rest = Array(message.readableBytesView)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw lost() }
            rest = rest.dropFirst(count)
        }
    }

    private func receive() throws(CommandFailure) -> AttributeList? {
        var framer = AttributeListFramer()
        var received = ByteBuffer()
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            do {
                if let list = try framer.nextList(from: &received) { return list }
            } catch {
                return nil
            }
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { throw lost() }
            received.writeBytes(chunk[..<count])
        }
    }

    private func lost() -> CommandFailure {
        let isLate = errno == EAGAIN || errno == EWOULDBLOCK
        let why = isLate ? "no answer in \(Self.limit) s" : "the connection was closed"
        return CommandFailure(description: "\(path): \(why)", status: EX_UNAVAILABLE)
    }
}

extension ConfigurationOptions {
    /// Asks a service's admin socket; every page of a list is fetched.
    func ask(_ service: String, _ request: AdminRequest) throws -> (columns: [String], rows: [[String]]) {
        let path = SuiteConfiguration.adminSocket(service, try common())
        var request = request
        var allColumns: [String] = []
        var allRows: [[String]] = []
        while true {
            let connection = try AdminConnection(path: path)
            switch try connection.ask(request) {
            case .failed(let text):
                throw CommandFailure(description: "\(service): \(text)", status: EX_DATAERR)
            case .done(let columns, let rows, let next):
                allColumns = columns
                allRows += rows
                guard let next, !rows.isEmpty else { return (allColumns, allRows) }
                request.arguments["after"] = next
            }
        }
    }
}
