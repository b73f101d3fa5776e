internal import CCares
internal import Glibc

/// Notices that resolv.conf(5) has changed: the network was configured anew.
struct ResolverFileWatch {
    private static let path = "/etc/resolv.conf"
    /// How often it is looked at, in milliseconds.
    private static let interval = 5_000

    private struct State: Equatable {
        var inode: UInt = 0
        var size = 0
        var seconds = 0
        var nanoseconds = 0
    }

    private var known: State?
    private var lastLook: Int?

    /// Whether the file is another one than at the last look; false at the first.
    mutating func hasChanged(now: Int) -> Bool {
        if let lastLook, now - lastLook < Self.interval { return false }
        lastLook = now
        let state = Self.state()
        defer { known = state }
        return known != nil && known != state
    }

    private static func state() -> State {
        var status = stat()
        guard stat(path, &status) == 0 else { return State() }
        return State(
            inode: UInt(status.st_ino), size: Int(status.st_size), seconds: status.st_mtim.tv_sec,
            nanoseconds: status.st_mtim.tv_nsec)
    }
}
