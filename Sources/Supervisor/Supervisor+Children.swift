internal import CPosternSupport
internal import Glibc

extension Supervisor {
    var isAnyRunning: Bool { units.contains { unit in unit.child != nil } }

    /// The sockets on which a connection would start a service.
    func awaited(at now: Int64) -> [Int32] {
        units.filter { unit in unit.isAwaitingConnection(at: now) }.flatMap { unit in unit.sockets.map(\.descriptor) }
    }

    mutating func noteConnections(on readable: Set<Int32>) {
        for index in units.indices {
            let sockets = units[index].sockets
            if sockets.contains(where: { socket in readable.contains(socket.descriptor) }) {
                units[index].connectionArrived()
            }
        }
    }

    mutating func startDue() {
        let now = postern_monotonic_ms()
        for index in units.indices where units[index].isDue(at: now) { start(index, at: now) }
    }

    func passOn(_ signal: Int32) {
        for unit in units { unit.child?.send(signal: signal) }
    }

    /// Notices who has ended, and plans their restart.
    mutating func reap() {
        let now = postern_monotonic_ms()
        for index in units.indices {
            guard let child = units[index].child, let ending = child.ending() else { continue }
            let service = units[index].service
            directory.remove(service: service.name)
            let cleanly = ending == .exited(0)
            let delay = units[index].ended(cleanly: cleanly, ran: now - child.started, at: now)
            let plan = units[index].isWanted ? "starting it again in \(delay) ms" : "waiting for a connection"
            log("\(service.name): process \(child.process) \(ending), \(plan)")
        }
    }

    /// Notices who has ended, for good.
    mutating func collect() {
        for index in units.indices {
            guard let child = units[index].child, let ending = child.ending() else { continue }
            units[index].child = nil
            directory.remove(service: units[index].service.name)
            log("\(units[index].service.name): process \(child.process) \(ending)")
        }
    }

    private mutating func start(_ index: Int, at now: Int64) {
        let service = units[index].service
        switch ChildProcess.start(service, sockets: units[index].sockets) {
        case .success(let child):
            units[index].started(child)
            log("\(service.name): started process \(child.process)")
            note(child, of: service)
        case .failure(let failure):
            let delay = units[index].ended(cleanly: false, ran: 0, at: now)
            log("\(service.name): cannot start \(service.executable): \(failure), trying again in \(delay) ms")
        }
    }

    private func note(_ child: ChildProcess, of service: SupervisedService) {
        do {
            try directory.write(process: child.process, of: service.name)
        } catch {
            log("\(service.name): \(error)")
        }
    }
}
