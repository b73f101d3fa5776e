/// What concerns all services of a ``Supervisor``.
public struct SupervisorSettings: Equatable, Sendable {
    /// Where the `NAME.pid` files are.
    public var runtimeDirectory: String
    /// How long services may take to end after SIGTERM, in milliseconds, before SIGKILL.
    public var stopLimit: Int64
    /// The waits between restarts.
    public var restarts: RestartSchedule

    /// Settings; the time to end is that of the shipped units.
    public init(
        runtimeDirectory: String, stopLimit: Int64 = 10_000, restarts: RestartSchedule = RestartSchedule()
    ) {
        self.runtimeDirectory = runtimeDirectory
        self.stopLimit = stopLimit
        self.restarts = restarts
    }
}
