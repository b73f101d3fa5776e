import NIOCore

/// A byte stream on its way to a framer.
struct Stream {
    /// Finds the next message at the front of the buffer.
    typealias Framer = (inout ByteBuffer) throws -> ByteBuffer?

    let bytes: [UInt8]
    /// How many unread bytes a framer may leave in its buffer.
    let bound: Int

    /// Up to here a stream is cut at every place it has.
    private static let fullyCut = 24

    /// What the framers that `make` makes find: the same, however the stream is cut, without keeping more than `bound`.
    func messages(_ make: () -> Framer) throws(BrokenInvariant) -> [ByteBuffer] {
        let whole = try outcome([bytes[...]], make())
        let single = try outcome(bytes.indices.map { bytes[$0...$0] }, make())
        try same(single, whole, "byte by byte and whole")
        for cut in 0..<min(bytes.count, Self.fullyCut) {
            let halves = try outcome([bytes[..<cut], bytes[cut...]], make())
            try same(halves, whole, "cut at \(cut) and whole")
        }
        return whole.messages
    }

    private struct Outcome: Equatable {
        var messages: [ByteBuffer] = []
        var error: String?
    }

    private func outcome(_ pieces: [ArraySlice<UInt8>], _ next: Framer) throws(BrokenInvariant) -> Outcome {
        var outcome = Outcome()
        var buffer = ByteBuffer()
        for piece in pieces {
            buffer.writeBytes(piece)
            do {
                while let message = try next(&buffer) { outcome.messages.append(message) }
            } catch {
                outcome.error = "\(error)"
                try hold(refusesAgain(&buffer, next, "\(error)"), "a stream that was refused goes on")
                return outcome
            }
            try hold(buffer.readableBytes <= bound, "\(buffer.readableBytes) bytes wait for the rest of a message")
        }
        return outcome
    }

    /// A refused stream stays refused, whatever comes.
    private func refusesAgain(_ buffer: inout ByteBuffer, _ next: Framer, _ error: String) -> Bool {
        for more in ["", "\n\n", ":,"] {
            buffer.writeString(more)
            do {
                _ = try next(&buffer)
                return false
            } catch let again {
                if "\(again)" != error { return false }
            }
        }
        return true
    }
}
