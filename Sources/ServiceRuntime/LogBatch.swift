/// Lines waiting for the writer's thread, one after the other in one buffer: 13 bytes of header, then the text.
struct LogBatch {
    private static let headerSize = 1 + 8 + 4

    private var bytes: [UInt8] = []
    /// How many lines are in it.
    private(set) var count = 0

    /// The memory in use, in bytes.
    var size: Int { bytes.count }
    var isEmpty: Bool { count == 0 }

    static func size(ofText length: Int) -> Int { headerSize + length }

    mutating func append(_ line: LogLine, text: UnsafeRawBufferPointer) {
        bytes.append(line.severity)
        withUnsafeBytes(of: line.time) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: text.count)) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: text)
        count += 1
    }

    func forEach(_ body: (LogLine, ArraySlice<UInt8>) -> Void) {
        var offset = 0
        for _ in 0..<count {
            let start = offset
            let (time, length) = bytes.withUnsafeBytes { buffer in
                (
                    buffer.loadUnaligned(fromByteOffset: start + 1, as: Int64.self),
                    buffer.loadUnaligned(fromByteOffset: start + 9, as: UInt32.self)
                )
            }
            offset = start + Self.headerSize + Int(length)
            body(LogLine(severity: bytes[start], time: time), bytes[start + Self.headerSize..<offset])
        }
    }

    /// Empties it. The memory is kept for the next lines, unless a burst made it large.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 20)
        count = 0
    }
}
