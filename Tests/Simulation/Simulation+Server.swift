import Frontend
import NIOCore
import PostfixProtocol
import ServiceProtocol
import ServiceTransport

extension Simulation {
    func process(of connection: Connection) -> FakeProcess {
        processes[connection.service][connection.endpoint]
    }

    func accept(_ connection: Connection) {
        let process = process(of: connection)
        guard process.isUp, !process.isLeaving else { return process.backlog.append(connection) }
        process.connections.append(connection)
    }

    func arriveAtServer(_ connection: Connection, _ bytes: ByteBuffer) {
        guard connection.isOpenAtServer else { return }
        connection.serverBuffer.writeImmutableBuffer(bytes)
        readAtServer(connection)
    }

    func readAtServer(_ connection: Connection) {
        let process = process(of: connection)
        guard process.isUp, !process.isLeaving, now >= process.frozenUntil else { return }
        guard process.connections.contains(where: { $0 === connection }) else { return }
        do {
            while connection.isOpenAtServer,
                let message = try connection.serverFramer.next(from: &connection.serverBuffer)
            {
                take(try AttributeList(message), connection, process)
            }
        } catch {
            violate("a service cannot read its client: \(error)")
        }
        if connection.serverBuffer.readableBytes == 0 { connection.serverBuffer.clear() }
    }

    private func take(_ list: AttributeList, _ connection: Connection, _ process: FakeProcess) {
        guard list.protocolVersion == 1, let id = list.integer("id") else { return violate("a message without id") }
        if list.string("request") == "hello" { return greet(connection, process, id: id) }
        if !connection.wasGreeted { violate("a question before the service said hello") }
        if id <= 0 || !connection.ids.insert(id).inserted { violate("the id \(id) is used twice") }
        guard let number = list.integer("sim"), questions.indices.contains(number) else {
            return violate("a question nobody asked")
        }
        questions[number].sends += 1
        if questions[number].sends > 1, !isRepeatable(number) { violate("asked twice without a key") }
        if questions[number].isPoison { return hangUp(connection, process) }
        connection.inFlight += 1
        if connection.inFlight > scenario.limits.inFlight { violate("too many questions on one connection") }
        let work = Work(connection: connection, generation: process.generation, id: id, question: number, list: list)
        queue.put(.begin(work), at: now + delay(of: connection.service))
    }

    private func hangUp(_ connection: Connection, _ process: FakeProcess) {
        process.connections.removeAll { $0 === connection }
        closeAtServer(connection, reason: "hung up")
    }

    private func isRepeatable(_ number: Int) -> Bool {
        let question = questions[number]
        let checks = question.evaluation.model.checks
        let isKeyed = question.evaluation.positions(of: question.checks).contains { checks[$0].definition.isKeyed }
        return !isKeyed || question.evaluation.identity != nil
    }

    private func delay(of service: Int) -> Int {
        let traits = scenario.services[service]
        if random.chance(traits.slowPercent) { return random.int(100_000...6_000_000) }
        return random.int(traits.delay)
    }

    private func greet(_ connection: Connection, _ process: FakeProcess, id: Int) {
        if connection.saidHello || id != 0 { violate("the client says hello at the wrong time") }
        connection.saidHello = true
        let isWrong = random.chance(scenario.services[connection.service].wrongPercent / 3)
        var hello = ByteBuffer(string: isWrong ? "protocol=2\nid=0\n" : "protocol=1\nid=0\n")
        connection.process = "\(connection.endpoint)-\(process.generation)"
        Hello(service: scenario.services[connection.service].name, version: "1", process: connection.process)
            .encode(into: &hello)
        hello.writeEndOfMessage()
        connection.wasGreeted = true
        write(hello, to: connection)
    }

    func write(_ bytes: ByteBuffer, to connection: Connection) {
        guard connection.isOpenAtServer else { return }
        for piece in pieces(of: bytes) {
            connection.lastToClient = max(connection.lastToClient, now + random.int(5...80))
            queue.put(.toClient(connection, piece), at: connection.lastToClient)
        }
    }

    /// Ends the connection from the service's side, behind all that was written.
    func closeAtServer(_ connection: Connection, reason: String) {
        guard connection.isOpenAtServer else { return }
        connection.isOpenAtServer = false
        queue.put(.closedAtClient(connection, reason), at: max(connection.lastToClient, now) + 10)
    }

    func closedAtServer(_ connection: Connection) {
        connection.isOpenAtServer = false
        let process = process(of: connection)
        process.connections.removeAll { $0 === connection }
        process.backlog.removeAll { $0 === connection }
        leaveIfDone(process)
    }

    // MARK: Faults

    func strike(_ fault: Scenario.Fault) {
        note("fault \(fault)")
        switch fault {
        case .crash(let service, let endpoint, let down): crash(processes[service][endpoint], down)
        case .goodbye(let service, let endpoint, let down): leave(processes[service][endpoint], down)
        case .freeze(let service, let endpoint, let pause):
            let process = processes[service][endpoint]
            process.frozenUntil = max(process.frozenUntil, now + pause)
            queue.put(.thaw(process), at: process.frozenUntil)
        case .cut(let service, let endpoint):
            let process = processes[service][endpoint]
            guard let connection = process.connections.randomElement(using: &random) else { return }
            connection.isCut = random.chance(50)
            process.connections.removeAll { $0 === connection }
            closeAtServer(connection, reason: "cut")
        case .wallClock(let step): wallClock += step
        }
    }

    private func crash(_ process: FakeProcess, _ down: Int) {
        guard process.isUp else { return }
        process.isUp = false
        process.generation += 1
        for connection in process.connections {
            connection.isCut = random.chance(50)
            closeAtServer(connection, reason: "crash")
        }
        process.connections = []
        queue.put(.recover(process), at: now + down)
    }

    private func leave(_ process: FakeProcess, _ down: Int) {
        guard process.isUp, !process.isLeaving else { return }
        process.isLeaving = true
        process.downTime = down
        queue.put(.kill(process, generation: process.generation), at: now + 5_000_000)
        for connection in process.connections where connection.saidHello {
            write(ByteBuffer(string: "protocol=1\nstatus=goodbye\n\n"), to: connection)
        }
        leaveIfDone(process)
    }

    /// What does not end in time is ended, as systemd does it.
    func kill(_ process: FakeProcess, _ generation: Int) {
        if process.generation == generation { crash(process, process.downTime) }
    }

    /// Closes what is answered; when all is, the process ends.
    func leaveIfDone(_ process: FakeProcess) {
        guard process.isUp, process.isLeaving else { return }
        for connection in process.connections where connection.inFlight == 0 {
            closeAtServer(connection, reason: "end")
        }
        process.connections.removeAll { !$0.isOpenAtServer }
        guard process.connections.isEmpty else { return }
        process.isUp = false
        process.generation += 1
        queue.put(.recover(process), at: now + process.downTime)
    }

    func recover(_ process: FakeProcess) {
        guard !process.isUp else { return }
        note("start \(process.service)/\(process.endpoint)")
        process.isUp = true
        process.isLeaving = false
        process.frozenUntil = 0
        let waiting = process.backlog.filter(\.isOpenAtServer)
        process.backlog = []
        process.connections = waiting
        for connection in waiting { readAtServer(connection) }
    }

    func thaw(_ process: FakeProcess) {
        guard now >= process.frozenUntil else { return }
        for connection in process.connections { readAtServer(connection) }
    }
}

extension SplitMix64: RandomNumberGenerator {}
