internal import Glibc

/// Lets one thread wait until another has come to some point.
final class Gate: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    /// A closed gate.
    init() {
        semaphore.initialize(to: sem_t())
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    /// Lets the one that waits go on.
    func open() {
        sem_post(semaphore)
    }

    /// Waits until the gate is opened.
    func wait() {
        // Only a signal can end it early.
        while sem_wait(semaphore) != 0, errno == EINTR {}
    }
}
