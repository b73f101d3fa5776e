import Glibc
import Synchronization

/// The ports of 127.0.0.1 for the servers of this process: a thousand that no other process of tests draws from, one after
/// the other. A database may take seconds to listen on the port that was drawn for it, and another server must not be
/// given the same meanwhile.
///
/// All lie below the ports that the kernel gives to outgoing connections (ip(7), `ip_local_port_range`), one of which
/// could take a port before it is listened on.
enum PortBlock {
    private static let all = 10_000..<32_000
    private static let size = 1_000

    private static let first = claim()
    private static let drawn = Mutex(0)

    static func nextFree() -> Int {
        for _ in 0..<size {
            let place = drawn.withLock { drawn in
                drawn += 1
                return drawn % size
            }
            if canBind(UInt16(first + place)) { return first + place }
        }
        fatalError("no port from \(first) to \(first + size - 1) is free")
    }

    /// Takes the first block that nobody has: its file is locked until this process ends.
    private static func claim() -> Int {
        let directory = "/tmp/postern-test-ports-\(getuid())"
        mkdir(directory, 0o700)
        let starts = Array(stride(from: all.lowerBound, to: all.upperBound, by: size))
        for start in starts.shuffled() {
            let descriptor = open("\(directory)/\(start)", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { fatalError("\(directory)/\(start): \(String(cString: strerror(errno)))") }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return start }
            close(descriptor)
        }
        fatalError("\(starts.count) processes of tests hold all ports from \(all.lowerBound) on")
    }

    private static func canBind(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
