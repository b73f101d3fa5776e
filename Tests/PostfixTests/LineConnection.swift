import Glibc

/// The server's end of a connection over which lines are spoken.
final class LineConnection {
    private let descriptor: CInt
    private var received: [UInt8] = []
    private var start = 0

    init(_ descriptor: CInt) {
        self.descriptor = descriptor
    }

    /// The next line without its end; nil when the peer has gone.
    func line() -> String? {
        var searched = start
        while true {
            if let end = received[searched...].firstIndex(of: 10) {
                var line = received[start..<end]
                if line.last == 13 { line = line.dropLast() }
                start = end + 1
                return String(decoding: line, as: UTF8.self)
            }
            received.removeSubrange(..<start)
            start = 0
            searched = received.count
            guard fill() else { return nil }
        }
    }

    /// Sends all of a text; a peer that has gone shows at the next line.
    func send(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private func fill() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 16_384)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        received += chunk[..<count]
        return true
    }
}
