public import ServiceProtocol

/// One listening socket of a service: what a .socket unit describes.
public struct SupervisedSocket: Equatable, Sendable {
    /// The name the service knows it by: `FileDescriptorName=`. Several sockets may share one.
    public var name: String
    /// Where to listen.
    public var address: SocketAddressText
    /// The permissions of a Unix socket: `SocketMode=`.
    public var mode: UInt32
    /// The group that owns a Unix socket: `SocketGroup=`; nil leaves the supervisor's own.
    public var group: String?
    /// The permissions of directories that are made for a Unix socket: `DirectoryMode=`.
    public var directoryMode: UInt32

    /// A socket; the permissions mean nothing for TCP.
    public init(
        name: String, address: SocketAddressText, mode: UInt32 = 0o660, group: String? = nil,
        directoryMode: UInt32 = 0o755
    ) {
        self.name = name
        self.address = address
        self.mode = mode
        self.group = group
        self.directoryMode = directoryMode
    }
}
