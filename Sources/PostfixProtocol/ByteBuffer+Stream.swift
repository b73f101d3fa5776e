public import NIOCore

extension ByteBuffer {
    /// How many bytes that were read already are kept at the least, so that few moves are made.
    private static let leastToDiscard = 16_384

    /// Appends what has arrived to the bytes of a stream that have not been read yet.
    ///
    /// Of bytes that have been read no more are kept than of the others, or 16 KiB: a peer whose messages never end where
    /// its packets do would fill the memory with them.
    public mutating func appendToStream(_ bytes: ByteBuffer) {
        guard readableBytes > 0 else {
            self = bytes
            return
        }
        // Not sooner, or a long message in small pieces would be moved with each of them.
        if readerIndex >= Swift.max(readableBytes, Self.leastToDiscard) { discardReadBytes() }
        writeImmutableBuffer(bytes)
    }
}
