internal import CPosternSupport
internal import Glibc

/// Runs the services where there is no systemd: for trying, containers and tests.
///
/// It opens all sockets and keeps them, starts a service at its first connection and again when it ends, and passes
/// signals on. Services get their sockets as sd_listen_fds(3) describes, so they cannot tell it from systemd. One
/// thread, one poll(2) loop; the services die with the thread that called ``run()``.
public struct Supervisor {
    private static let signals = [SIGTERM, SIGINT, SIGHUP, SIGCHLD]

    var units: [SupervisedUnit] = []
    let directory: RuntimeDirectory
    let log: (String) -> Void
    private let settings: SupervisorSettings

    /// Opens the sockets of all services, or none of them.
    ///
    /// - Parameters:
    ///   - services: What to run.
    ///   - settings: Limits and places.
    ///   - log: Takes one line at a time about what the supervisor does.
    /// - Throws: ``SupervisorError`` with the address, path or name that is wrong.
    public init(
        services: [SupervisedService], settings: SupervisorSettings, log: @escaping (String) -> Void
    ) throws(SupervisorError) {
        self.log = log
        self.settings = settings
        try Self.validate(services)
        directory = try RuntimeDirectory(path: settings.runtimeDirectory)
        do throws(SupervisorError) {
            for service in services {
                units.append(
                    SupervisedUnit(service: service, sockets: try Self.open(service), schedule: settings.restarts))
            }
        } catch {
            removeSockets()
            throw error
        }
    }

    /// Runs the services until SIGTERM or SIGINT, ends them, and removes the Unix sockets.
    ///
    /// Throws ``SupervisorError`` only if signals cannot be caught.
    public consuming func run() throws(SupervisorError) {
        let pipe = postern_signal_pipe_open(Self.signals, Self.signals.count)
        guard pipe >= 0 else { throw .system(attempt: "catch signals", code: -pipe) }
        postern_ignore_sigpipe()
        announce()
        while serve(signals: pipe) {}
        stop(signals: pipe)
        removeSockets()
        postern_signal_pipe_close()
        close(pipe)
    }

    private static func validate(_ services: [SupervisedService]) throws(SupervisorError) {
        var names: Set<String> = []
        for service in services {
            try service.validate()
            guard names.insert(service.name).inserted else { throw .duplicateService(service.name) }
        }
    }

    private static func open(_ service: SupervisedService) throws(SupervisorError) -> [ListeningSocket] {
        var sockets: [ListeningSocket] = []
        do throws(SupervisorError) {
            for socket in service.sockets { sockets.append(try ListeningSocket(socket)) }
        } catch {
            for socket in sockets { socket.remove() }
            throw error
        }
        return sockets
    }

    private func announce() {
        for unit in units {
            // What an earlier supervisor left behind when it was killed.
            directory.remove(service: unit.service.name)
            for socket in unit.sockets { log("\(unit.service.name): listening on \(socket.address) (\(socket.name))") }
        }
    }

    private func removeSockets() {
        for unit in units {
            for socket in unit.sockets { socket.remove() }
        }
    }

    /// One turn of the loop; false: it is time to end.
    private mutating func serve(signals pipe: Int32) -> Bool {
        startDue()
        let now = postern_monotonic_ms()
        let readable = Polling.wait(
            for: [pipe] + awaited(at: now), until: units.compactMap { unit in unit.nextTime(after: now) }.min())
        if readable.contains(pipe) {
            let received = Polling.signals(from: pipe)
            if received.contains(SIGTERM) || received.contains(SIGINT) { return false }
            if received.contains(SIGHUP) { passOn(SIGHUP) }
        }
        reap()
        noteConnections(on: readable)
        return true
    }

    private mutating func stop(signals pipe: Int32) {
        log("ending")
        let deadline = postern_monotonic_ms() + settings.stopLimit
        passOn(SIGTERM)
        while isAnyRunning, postern_monotonic_ms() < deadline {
            if Polling.wait(for: [pipe], until: deadline).contains(pipe) { _ = Polling.signals(from: pipe) }
            collect()
        }
        for unit in units {
            guard let child = unit.child else { continue }
            log("\(unit.service.name): still running after \(settings.stopLimit) ms, killing process \(child.process)")
            child.send(signal: SIGKILL)
        }
        // Nothing survives SIGKILL for long, but a process in the kernel is not waited for.
        let patience = postern_monotonic_ms() + 1_000
        while isAnyRunning, postern_monotonic_ms() < patience {
            if Polling.wait(for: [pipe], until: patience).contains(pipe) { _ = Polling.signals(from: pipe) }
            collect()
        }
    }
}
