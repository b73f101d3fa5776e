import NIOCore
import SuiteFixture

/// How the bytes of a stream reach their reader.
enum Delivery {
    /// Cuts `bytes` into pieces of `size`.
    static func pieces(_ bytes: [UInt8], of size: Int) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
    }

    /// Cuts `bytes` in two, at every place there is.
    static func halves(_ bytes: [UInt8]) -> [[[UInt8]]] {
        (0...bytes.count).map { [Array(bytes[..<$0]), Array(bytes[$0...])] }
    }

    /// The messages `next` finds as the pieces arrive.
    static func messages(
        _ pieces: [[UInt8]], _ next: (inout ByteBuffer) throws -> ByteBuffer?
    ) rethrows -> [String] {
        var buffer = ByteBuffer()
        var found: [String] = []
        for piece in pieces {
            buffer.writeBytes(piece)
            while let message = try next(&buffer) {
                found.append(String(buffer: message))
            }
        }
        return found
    }
}

extension SeededGenerator {
    /// Bytes of which many mean something to the protocols.
    mutating func bytes(upTo limit: Int) -> [UInt8] {
        let telling = Array("\n\r=:,% 0123456789-getOKsize\0\u{e9}".utf8)
        return (0..<Int.random(in: 0...limit, using: &self)).map { _ in
            let isTelling = Bool.random(using: &self)
            return isTelling
                ? telling[Int.random(in: 0..<telling.count, using: &self)] : UInt8(truncatingIfNeeded: next())
        }
    }
}
