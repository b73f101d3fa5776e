internal import Glibc

/// A pipe by which a thread that waits in poll(2) is woken.
final class WakeDescriptor: Sendable {
    /// Becomes readable when somebody has signalled.
    let reading: Int32
    private let writing: Int32

    init() throws(DNSClientError) {
        var descriptors: [Int32] = [-1, -1]
        guard pipe(&descriptors) == 0 else { throw DNSClientError("make a pipe for the DNS", code: errno) }
        for descriptor in descriptors {
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
        reading = descriptors[0]
        writing = descriptors[1]
    }

    deinit {
        close(reading)
        close(writing)
    }

    /// Wakes the thread. A full pipe wakes it as well.
    func signal() {
        var byte: UInt8 = 0
        while write(writing, &byte, 1) < 0, errno == EINTR {}
    }

    /// Takes the signals that have come.
    func clear() {
        var bytes: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        while read(reading, &bytes, MemoryLayout.size(ofValue: bytes)) > 0 {}
    }
}
