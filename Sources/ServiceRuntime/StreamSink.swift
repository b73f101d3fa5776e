internal import Glibc
internal import Logging

/// Lines to a file descriptor: a terminal, a pipe, a file, or the journal's stream.
struct StreamSink: LogSink {
    enum Layout: Equatable {
        /// `TIME postern/NAME[PID]: warning: text`.
        case plain
        /// `<4>text`, the prefix the journal understands on a service's stderr: sd-daemon(3).
        case journal
    }

    /// Several services may share one pipe; what is not longer than PIPE_BUF is not torn apart: pipe(7).
    private static let chunk = 4_096

    private let descriptor: Int32
    private let layout: Layout
    private let name: [UInt8]
    private var timestamp = LogTimestamp(.precise)
    private var pending: [UInt8] = []
    private var pendingLines = 0

    init(descriptor: Int32, layout: Layout, identity: LogIdentity) {
        self.descriptor = descriptor
        self.layout = layout
        name = Array(" \(identity.tag)[\(identity.process)]: ".utf8)
    }

    mutating func deliver(_ line: LogLine, text: [UInt8]) -> LogDelivery {
        // The prefix never exceeds 256 bytes.
        let result = pending.count + text.count + 256 > Self.chunk ? finish() : .done
        switch layout {
        case .journal: pending += [UInt8(ascii: "<"), UInt8(ascii: "0") + line.severity, UInt8(ascii: ">")]
        case .plain:
            timestamp.append(line.time, to: &pending)
            pending += name
            pending.append(static: Logger.Level.label(ofSeverity: line.severity))
        }
        pending += text
        pending.append(UInt8(ascii: "\n"))
        pendingLines += 1
        return result
    }

    mutating func finish() -> LogDelivery {
        defer {
            pending.removeAll(keepingCapacity: true)
            pendingLines = 0
        }
        return writeAll() ? .done : .lost(pendingLines)
    }

    private func writeAll() -> Bool {
        pending.withUnsafeBytes { bytes in
            var offset = 0
            while offset < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
                if count >= 0 {
                    offset += count
                } else if errno == EAGAIN {
                    // Somebody else made it non-blocking; the end of a shared terminal or pipe.
                    var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&waiting, 1, -1)
                } else if errno != EINTR {
                    return false
                }
            }
            return true
        }
    }
}

extension [UInt8] {
    mutating func append(static text: StaticString) {
        text.withUTF8Buffer { append(contentsOf: $0) }
    }
}
