internal import Glibc
internal import Logging
internal import NIOCore

/// A process on its event loop: its role, the signals, the watchdog, the end.
final class RunningProcess {
    private let name: String
    private let environment: ProcessEnvironment
    private let notifier = ServiceNotifier()
    private var role: (any ProcessRole)?
    private var watchdog: Watchdog?
    private var isDraining = false

    init(name: String, environment: ProcessEnvironment) {
        self.name = name
        self.environment = environment
    }

    func start(_ sockets: [InheritedSocket], make: @escaping (ProcessEnvironment) throws -> any ProcessRole) {
        let this = NIOLoopBound(self, eventLoop: environment.eventLoop)
        do {
            guard !sockets.isEmpty else {
                throw StartError(
                    "postern-\(name): no sockets were passed; start it through its socket unit or `postern run`")
            }
            // First of all, so that a SIGTERM during the start is not the default action.
            _ = try SignalSource.start(on: environment.eventLoop) { signal in this.value.receive(signal) }
            let role = try make(environment)
            self.role = role
            try role.start(sockets).assumeIsolated().whenComplete { result in
                switch result {
                case .success: this.value.started()
                case .failure(let error): this.value.giveUp(error)
                }
            }
        } catch {
            giveUp(error)
        }
    }

    private func started() {
        watchdog = Watchdog.start(on: environment.eventLoop, notifier: notifier)
        environment.log.info("ready, version \(posternVersion)")
        notifier.ready(status: "serving")
    }

    private func receive(_ signal: ProcessSignal) {
        switch signal {
        case .hangUp: reload()
        case .terminate, .interrupt: drain()
        }
    }

    private func reload() {
        notifier.reloading()
        do {
            try role?.reload()
            environment.log.info("configuration reloaded")
            notifier.ready(status: "serving")
        } catch {
            environment.log.error("configuration not reloaded, the old one stays in force: \(error)")
            notifier.ready(status: "serving with the old configuration, the new one has a fault")
        }
    }

    private func drain() {
        guard !isDraining else { return }
        isDraining = true
        environment.log.info("stopping")
        notifier.stopping()
        let this = NIOLoopBound(self, eventLoop: environment.eventLoop)
        environment.eventLoop.scheduleTask(in: .seconds(10)) { this.value.end(inTime: false) }
        guard let role else { return end(inTime: true) }
        role.drain { this.value.end(inTime: true) }
    }

    private func end(inTime: Bool) {
        if !inTime { environment.log.warning("stopped with requests unanswered") }
        environment.logWriter.close(within: 2_000)
        exit(EXIT_SUCCESS)
    }

    private func giveUp(_ error: any Error) {
        environment.log.error("cannot start: \(error)")
        environment.logWriter.close(within: 2_000)
        ServiceProcess.fail(error)
    }
}
