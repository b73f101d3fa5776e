internal import CPosternSupport
internal import Glibc
internal import Logging

/// Datagrams to the local syslog daemon in the form of syslog(3): `<PRI>Mmm dd hh:mm:ss TAG[PID]: text`, RFC 3164.
struct SyslogSink: LogSink {
    static let standardPath = "/dev/log"

    private let path: String
    private let facility: Int
    private let name: [UInt8]
    private var timestamp = LogTimestamp(.syslog)
    private var descriptor: Int32 = -1
    private var datagram: [UInt8] = []

    init(identity: LogIdentity, path: String = SyslogSink.standardPath) {
        self.path = path
        facility = identity.facility.rawValue
        name = Array(" \(identity.tag)[\(identity.process)]: ".utf8)
    }

    mutating func deliver(_ line: LogLine, text: [UInt8]) -> LogDelivery {
        datagram.removeAll(keepingCapacity: true)
        datagram += Array("<\(facility * 8 + Int(line.severity))>".utf8)
        timestamp.append(line.time, to: &datagram)
        datagram += name
        datagram.append(static: Logger.Level.label(ofSeverity: line.severity))
        datagram += text
        // A daemon that was restarted has a new socket under the old name.
        if send() { return .done }
        disconnect()
        return connect() && send() ? .done : .away
    }

    mutating func finish() -> LogDelivery { .done }

    private func send() -> Bool {
        guard descriptor >= 0 else { return false }
        while true {
            let count = Glibc.send(descriptor, datagram, datagram.count, Int32(MSG_NOSIGNAL))
            if count >= 0 { return true }
            guard errno == EINTR else { return false }
        }
    }

    private mutating func connect() -> Bool {
        guard let address = UnixAddress(path: path) else { return false }
        descriptor = socket(AF_UNIX, postern_sock_dgram | postern_sock_cloexec, 0)
        guard descriptor >= 0 else { return false }
        let result = address.withSocketAddress { pointer, length in Glibc.connect(descriptor, pointer, length) }
        if result != 0 { disconnect() }
        return result == 0
    }

    private mutating func disconnect() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }
}
