internal import Glibc

/// A start that cannot succeed until somebody changes the configuration or the host.
///
/// The service manager starts a service again 100 ms after it ended (`RestartSec=`): right after a crash, and a busy
/// loop here. So such a process takes its time to end, and says in `systemctl status` why. Whoever connects meanwhile
/// waits at the socket.
enum FailedStart {
    /// How long it takes, in microseconds.
    static let pause: UInt32 = 2_000_000

    /// Waits when a service manager would start the process again; `wait` is for tests.
    static func pause(
        because error: any Error, notifier: ServiceNotifier = ServiceNotifier(), wait: (UInt32) -> Void = { usleep($0) }
    ) {
        guard getenv("NOTIFY_SOCKET") != nil else { return }
        let line = "\(error)".split(whereSeparator: \.isNewline).first ?? ""
        notifier.status("cannot start: \(line)")
        wait(pause)
    }
}
