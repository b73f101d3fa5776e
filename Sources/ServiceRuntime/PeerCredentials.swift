internal import CPosternSupport
internal import Glibc
public import NIOCore

/// Who is at the other end of a Unix socket, as the kernel vouches for it: SO_PEERCRED, unix(7).
///
/// They are those of the moment of connect(2); the process may have ended since.
public struct PeerCredentials: Equatable, Sendable {
    /// The process that connected; 0 when it is outside this PID namespace.
    public let process: Int32
    /// Its effective user.
    public let user: UInt32
    /// Its effective group.
    public let group: UInt32

    /// The peer of a connected Unix socket; throws ``SystemError`` for anything else.
    public init(descriptor: Int32) throws(SystemError) {
        var peer = postern_peer()
        let code = postern_peer_credentials(descriptor, &peer)
        guard code == 0 else { throw SystemError("read the peer's credentials", code: code) }
        self.init(peer)
    }

    /// The peer of a channel on a Unix socket; the future fails for another kind of channel.
    public static func of(_ channel: any Channel) -> EventLoopFuture<PeerCredentials> {
        guard let provider = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeFailedFuture(SystemError("read the peer's credentials", code: ENOTSOCK))
        }
        let option = NIOBSDSocket.Option(rawValue: postern_peer_option())
        let value: EventLoopFuture<postern_peer> = provider.unsafeGetSocketOption(level: .socket, name: option)
        return value.map { PeerCredentials($0) }
    }

    private init(_ peer: postern_peer) {
        process = peer.pid
        user = peer.uid
        group = peer.gid
    }
}
