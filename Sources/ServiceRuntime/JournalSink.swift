internal import CSystemd
internal import Glibc

/// The journal's native protocol, with the fields syslog lines have too: systemd.journal-fields(7).
struct JournalSink: LogSink {
    /// Where journald listens; sd_journal_sendv(3) reports success when it is missing.
    static let socketPath = "/run/systemd/journal/socket"

    private let identifier: [UInt8]
    private let facility: [UInt8]
    private let process: [UInt8]

    init(identity: LogIdentity) {
        identifier = Array("SYSLOG_IDENTIFIER=\(identity.tag)".utf8)
        facility = Array("SYSLOG_FACILITY=\(identity.facility.rawValue)".utf8)
        process = Array("SYSLOG_PID=\(identity.process)".utf8)
    }

    func deliver(_ line: LogLine, text: [UInt8]) -> LogDelivery {
        guard access(Self.socketPath, F_OK) == 0 else { return .away }
        return Self.send(fields(of: line, text: text)) == 0 ? .done : .away
    }

    func finish() -> LogDelivery { .done }

    /// `NAME=value` each, as the journal stores them.
    func fields(of line: LogLine, text: [UInt8]) -> [[UInt8]] {
        [Array("MESSAGE=".utf8) + text, Array("PRIORITY=\(line.severity)".utf8), identifier, facility, process]
    }

    /// One contiguous buffer, so that all pointers are good for the time of the one call.
    private static func send(_ fields: [[UInt8]]) -> Int32 {
        var bytes = Array(fields.joined())
        return bytes.withUnsafeMutableBytes { buffer in
            var offset = 0
            let vectors = fields.map { field in
                defer { offset += field.count }
                return iovec(iov_base: buffer.baseAddress?.advanced(by: offset), iov_len: field.count)
            }
            return sd_journal_sendv(vectors, Int32(vectors.count))
        }
    }
}
