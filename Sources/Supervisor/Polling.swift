internal import CPosternSupport
internal import Glibc

/// Waiting for descriptors: poll(2).
enum Polling {
    /// The descriptors that can be read, at the latest at `deadline` (ms, CLOCK_MONOTONIC; nil: never).
    static func wait(for descriptors: [Int32], until deadline: Int64?) -> Set<Int32> {
        var list = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let limit = deadline.map { Int32(clamping: max($0 - postern_monotonic_ms(), 0)) } ?? -1
        guard poll(&list, nfds_t(list.count), limit) > 0 else { return [] }
        return Set(list.filter { $0.revents != 0 }.map(\.fd))
    }

    /// The numbers of all signals that have arrived.
    static func signals(from pipe: Int32) -> Set<Int32> {
        var signals: Set<Int32> = []
        var bytes = [UInt8](repeating: 0, count: 256)
        while true {
            let count = read(pipe, &bytes, bytes.count)
            guard count > 0 else { return signals }
            signals.formUnion(bytes.prefix(count).map { Int32($0) })
        }
    }
}
