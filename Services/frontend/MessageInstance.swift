public import NIOCore
internal import PostfixProtocol

/// Postfix's `instance`, which tells one message from another, as a key: its hash is made once, for a session is looked
/// for several times on its way into the store and out of it.
public struct MessageInstance: Sendable, Hashable {
    private let bytes: ByteBuffer
    private let digest: Int

    /// The key of these bytes.
    public init(_ bytes: ByteBuffer) {
        self.bytes = bytes
        var hasher = Hasher()
        hasher.combine(bytes)
        digest = hasher.finalize()
    }

    /// The instance of a request.
    init(of request: PolicyRequest) {
        self.init(ByteBuffer(request[.instance]))
    }

    /// Its length in bytes; 0 where Postfix has told none.
    var length: Int { bytes.readableBytes }

    /// The same in memory of its own: a slice would keep the whole request alive.
    func copied() -> MessageInstance {
        var copy = ByteBufferAllocator().buffer(capacity: length)
        copy.writeImmutableBuffer(bytes)
        return MessageInstance(copy, digest)
    }

    private init(_ bytes: ByteBuffer, _ digest: Int) {
        self.bytes = bytes
        self.digest = digest
    }

    /// Whether it is the same message's.
    public static func == (left: MessageInstance, right: MessageInstance) -> Bool {
        left.digest == right.digest && left.bytes == right.bytes
    }

    /// Hashes what the bytes were hashed to.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(digest)
    }
}
