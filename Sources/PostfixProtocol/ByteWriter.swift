package import NIOCore

/// Writes bytes into space that was reserved for them once; what does not fit is left out.
///
/// Appending to a `ByteBuffer` checks its storage each time, which for short pieces costs more than copying them.
package struct ByteWriter {
    private let target: UnsafeMutableRawBufferPointer
    fileprivate(set) var count = 0

    fileprivate init(target: UnsafeMutableRawBufferPointer) {
        self.target = target
    }

    /// Writes one byte.
    @inline(__always)
    package mutating func write(_ byte: UInt8) {
        guard count < target.count else { return }
        target[count] = byte
        count += 1
    }

    /// Writes bytes as they are.
    @inline(__always)
    package mutating func write(_ bytes: UnsafeRawBufferPointer) {
        let length = min(bytes.count, target.count - count)
        guard length > 0, let source = bytes.baseAddress, let base = target.baseAddress else { return }
        (base + count).copyMemory(from: source, byteCount: length)
        count += length
    }

    /// Writes a constant.
    @inline(__always)
    package mutating func write(_ text: StaticString) {
        write(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Writes text.
    package mutating func write(_ text: String) {
        var text = text
        text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
    }

    /// Writes the value of an attribute as Postfix sent it.
    package mutating func write(_ attribute: PolicyAttribute, of request: PolicyRequest) {
        request.withBytes(of: attribute) { write($0) }
    }

    /// Writes a number in decimal.
    package mutating func writeDecimal(_ number: UInt64) {
        if number >= 10 { writeDecimal(number / 10) }
        write(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
    }

    /// Writes a number in lower-case hexadecimal, with zeros before it up to `digits`.
    package mutating func writeHexadecimal(_ number: UInt64, digits: Int = 1) {
        let needed = max((64 - number.leadingZeroBitCount + 3) / 4, digits)
        for place in (0..<needed).reversed() {
            let digit = UInt8(truncatingIfNeeded: number >> UInt64(place * 4)) & 15
            write(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit)
        }
    }
}

extension ByteBuffer {
    /// Appends what `body` writes, at most `space` bytes.
    package mutating func write(atMost space: Int, _ body: (inout ByteWriter) -> Void) {
        writeWithUnsafeMutableBytes(minimumWritableBytes: space) { target in
            // The buffer may have more room than was asked for.
            var writer = ByteWriter(target: UnsafeMutableRawBufferPointer(rebasing: target.prefix(space)))
            body(&writer)
            return writer.count
        }
    }
}
