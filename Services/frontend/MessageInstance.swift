public import NIOCore
internal import PostfixProtocol

/// Postfix's `instance`, which tells one message from another, as a key: its hash is made once, for a session is looked
/// for several times on its way into the store and out of it.
public struct MessageInstance: Sendable, Hashable {
    private let bytes: ByteBuffer
    private let digest: UInt64

    /// The key of these bytes.
    public init(_ bytes: ByteBuffer) {
        self.bytes = bytes
        digest = bytes.withUnsafeReadableBytes { fnv1a($0) }
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

    private init(_ bytes: ByteBuffer, _ digest: UInt64) {
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

/// FNV-1a, 64 bits: short texts to numbers, where nobody gains by two that meet.
func fnv1a(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
