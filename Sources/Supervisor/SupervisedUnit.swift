/// A service at run time: its sockets, its child, and when it may be started.
struct SupervisedUnit {
    let service: SupervisedService
    let sockets: [ListeningSocket]
    var child: ChildProcess?
    /// Whether it is to be started without waiting for a connection.
    private(set) var isWanted: Bool
    /// Not before this time (ms, CLOCK_MONOTONIC).
    private(set) var notBefore: Int64 = 0
    private var schedule: RestartSchedule

    init(service: SupervisedService, sockets: [ListeningSocket], schedule: RestartSchedule) {
        self.service = service
        self.sockets = sockets
        self.schedule = schedule
        isWanted = service.startAtOnce
    }

    /// Whether it has to be started now.
    func isDue(at now: Int64) -> Bool { child == nil && isWanted && now >= notBefore }

    /// Whether a connection would start it.
    func isAwaitingConnection(at now: Int64) -> Bool { child == nil && !isWanted && now >= notBefore }

    /// When to look again, if not because of a connection or a signal.
    func nextTime(after now: Int64) -> Int64? { child == nil && notBefore > now ? notBefore : nil }

    /// Somebody has connected.
    mutating func connectionArrived() { isWanted = true }

    mutating func started(_ child: ChildProcess) {
        self.child = child
        isWanted = service.startAtOnce
    }

    /// The program ended, or could not be started (`ran` is 0 then). A clean end waits for the next connection,
    /// everything else is a crash.
    mutating func ended(cleanly: Bool, ran: Int64, at now: Int64) -> Int64 {
        child = nil
        isWanted = service.startAtOnce || !cleanly
        let delay = schedule.delay(afterRunningFor: ran)
        notBefore = now + delay
        return delay
    }
}
