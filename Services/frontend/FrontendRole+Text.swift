internal import Logging
internal import MailTypes
internal import NIOCore
internal import PostfixProtocol
internal import ServiceProtocol
internal import ServiceTransport

extension LookupResult {
    /// For the counters.
    var word: String {
        switch self {
        case .found: "found"
        case .notFound: "not-found"
        case .temporary: "temporary"
        }
    }

    /// The reply in the listener's protocol.
    func encode(for purpose: ListenerConfiguration.Purpose, into buffer: inout ByteBuffer) {
        if case .socketmap = purpose {
            switch self {
            case .found(let value): SocketmapReply.found(value).encode(into: &buffer)
            case .notFound: SocketmapReply.notFound.encode(into: &buffer)
            case .temporary(let text): SocketmapReply.temporary(text).encode(into: &buffer)
            }
        } else {
            switch self {
            case .found(let value): TCPTableReply.found(value).encode(into: &buffer)
            case .notFound(let text): TCPTableReply.notFound(text).encode(into: &buffer)
            case .temporary(let text): TCPTableReply.temporary(text).encode(into: &buffer)
            }
        }
    }
}

extension ListenerConfiguration {
    /// Whether a client at `address` may connect: this host always, others by `allow-from`.
    func allows(_ address: SocketAddress?) -> Bool {
        guard let text = address?.ipAddress else { return true }
        return allowedClients.contains(ClientAddress(parsing: text))
    }
}

extension Channel {
    /// The peer for the log.
    var peerText: String { remoteAddress?.ipAddress ?? "a local process" }
}

extension ServiceClientState.Note {
    /// What an administrator should know of a service's connections.
    func log(service: String, paths: [String], to log: Logger) {
        switch self {
        case .up(let endpoint, let hello):
            log.info("\(service) is up at \(paths[endpoint]), version \(hello.version)")
        case .down(let endpoint, let unanswered, let reason):
            log.warning("\(service) is down at \(paths[endpoint]), \(unanswered) questions are asked again: \(reason)")
        case .refused(let endpoint, let reason):
            log.error("\(service) at \(paths[endpoint]) is not asked: it \(reason)")
        case .breakerOpened(let failures):
            log.error("\(service) failed \(failures) times in a row and is left alone; its failure rules apply")
        case .breakerClosed:
            log.info("\(service) answers again")
        }
    }
}
