internal import CSystemd
internal import ServiceProtocol

/// Tells the service manager what this process is doing: sd_notify(3).
///
/// Without NOTIFY_SOCKET every call does nothing, so a service need not know whether systemd started it.
public struct ServiceNotifier: Sendable {
    /// A notifier that reads NOTIFY_SOCKET at each call.
    public init() {}

    /// The service answers requests from now on.
    public func ready(status: String? = nil) { send("READY=1", status: status) }

    /// The service loads its configuration again; ``ready(status:)`` must follow.
    ///
    /// The time lets systemd (`Type=notify-reload`) tell this reload from an earlier one.
    public func reloading() { send("RELOADING=1\nMONOTONIC_USEC=\(MonotonicInstant.now.microseconds)") }

    /// The service drains and ends.
    public func stopping(status: String? = nil) { send("STOPPING=1", status: status) }

    /// The event loop is alive.
    public func watchdog() { send("WATCHDOG=1") }

    /// What `systemctl status` shows; a line break becomes a space.
    public func status(_ text: String) { send(Self.statusLine(text)) }

    private func send(_ state: String, status: String?) {
        send(status.map { "\(state)\n\(Self.statusLine($0))" } ?? state)
    }

    private func send(_ state: String) {
        // Nothing can be done about a manager that does not listen.
        _ = sd_notify(0, state)
    }

    /// A line break would begin another assignment.
    static func statusLine(_ text: String) -> String {
        "STATUS=" + String(text.map { $0.isNewline ? " " : $0 })
    }
}
