import Frontend
import NIOCore
import PostfixProtocol
import ServiceProtocol
import ServiceTransport

extension Simulation {
    func carryOut(_ action: ServiceClientState.Action, _ service: Int) {
        switch action {
        case .connect(let endpoint, let number): connect(service, endpoint, number)
        case .send(let endpoint, let number, let question):
            var message = ByteBuffer()
            question.encode(into: &message)
            let name = ConnectionName(service: service, endpoint: endpoint, number: number)
            guard let connection = connections[name] else { return violate("writes to a connection that is gone") }
            if let number = (try? AttributeList(message))?.integer("sim") { connection.questions.append(number) }
            transmit(sabotage == .freshKeyOnReask ? withFreshKey(message) : message, to: connection)
        case .close(let endpoint, let number, let reason):
            let name = ConnectionName(service: service, endpoint: endpoint, number: number)
            note("client closes \(service)/\(endpoint)#\(number): \(reason)")
            guard let connection = connections.removeValue(forKey: name) else { return }
            connection.isOpenAtClient = false
            noteLoss(of: connection)
            queue.put(.closedAtServer(connection), at: max(connection.lastToServer, now) + 20)
        case .deliver(let token, let outcome):
            if sabotage == .losesOutcome, random.chance(20) { return }
            deliver(token, outcome)
            if sabotage == .deliversTwice, random.chance(20) { deliver(token, outcome) }
        case .note(let event): note("\(scenario.services[service].name): \(event)")
        }
    }

    private func connect(_ service: Int, _ endpoint: Int, _ number: UInt64) {
        let connection = Connection(service: service, endpoint: endpoint, number: number)
        let name = ConnectionName(service: service, endpoint: endpoint, number: number)
        if connections.updateValue(connection, forKey: name) != nil { violate("one connection is opened twice") }
        let earliest = fruitlessLossAt[endpointName(connection)].map { $0 + 10_000 } ?? 0
        if number > 1, now < earliest { violate("a connection of no use is opened again at once") }
        let isRefused = !processes[service][endpoint].isUp && random.chance(20)
        queue.put(isRefused ? .refused(connection) : .connected(connection), at: now + random.int(10...200))
    }

    func opened(_ connection: Connection) {
        guard connection.isOpenAtClient else { return }
        accept(connection)
        if sabotage == .speaksBeforeHello {
            transmit(ByteBuffer(string: "protocol=1\nid=1\nrequest=check\nchecks=x\nsim=0\n\n"), to: connection)
        }
        perform(connection.service) {
            $0.connected(endpoint: connection.endpoint, connection: connection.number, now: $1, actions: &$2)
        }
    }

    func lost(_ connection: Connection, reason: String) {
        guard connection.isOpenAtClient else { return }
        connection.isOpenAtClient = false
        losses += 1
        note("lost \(connection.service)/\(connection.endpoint)#\(connection.number): \(reason)")
        let name = ConnectionName(
            service: connection.service, endpoint: connection.endpoint, number: connection.number)
        connections[name] = nil
        noteLoss(of: connection)
        perform(connection.service) {
            $0.disconnected(
                endpoint: connection.endpoint, connection: connection.number, reason: reason, now: $1, actions: &$2)
        }
    }

    private func endpointName(_ connection: Connection) -> ConnectionName {
        ConnectionName(service: connection.service, endpoint: connection.endpoint, number: 0)
    }

    /// A connection takes no more questions: it said goodbye or is lost.
    private func noteEnd(of connection: Connection) {
        guard !connection.hasEnded else { return }
        connection.hasEnded = true
        fruitlessLossAt[endpointName(connection)] = connection.hasAnswered ? nil : now
    }

    /// Counts against the questions that are still open on a connection that answered nothing.
    private func noteLoss(of connection: Connection) {
        noteEnd(of: connection)
        guard !connection.hasAnswered else { return }
        for number in Set(connection.questions) where outstanding[questions[number].token] == number {
            questions[number].fruitlessLosses[connection.process, default: 0] += 1
            if questions[number].fruitlessLosses[connection.process, default: 0] > scenario.limits.fruitlessLosses {
                violate("a question goes on losing connections")
            }
        }
    }

    func arriveAtClient(_ connection: Connection, _ bytes: ByteBuffer) {
        guard connection.isOpenAtClient, !connection.isCut else { return }
        connection.clientBuffer.writeImmutableBuffer(bytes)
        do {
            while connection.isOpenAtClient,
                let message = try connection.clientFramer.next(from: &connection.clientBuffer)
            {
                let list = try AttributeList(message)
                if let id = list.integer("id"), connection.ids.contains(id) { connection.hasAnswered = true }
                if list.string("status") == "goodbye" { noteEnd(of: connection) }
                perform(connection.service) {
                    $0.received(
                        list, endpoint: connection.endpoint, connection: connection.number, now: $1, actions: &$2)
                }
            }
        } catch {
            violate("the client cannot read a service: \(error)")
        }
        if connection.clientBuffer.readableBytes == 0 { connection.clientBuffer.clear() }
    }

    /// Sends bytes in one or more pieces, none of which overtakes another.
    func transmit(_ bytes: ByteBuffer, to connection: Connection) {
        for piece in pieces(of: bytes) {
            connection.lastToServer = max(connection.lastToServer, now + random.int(5...80))
            queue.put(.toServer(connection, piece), at: connection.lastToServer)
        }
    }

    func pieces(of bytes: ByteBuffer) -> [ByteBuffer] {
        var rest = bytes
        var pieces: [ByteBuffer] = []
        if random.chance(1) {
            while pieces.count < 300, let piece = rest.readSlice(length: 1) { pieces.append(piece) }
        } else if random.chance(25) {
            for _ in 0..<random.int(1...3) where rest.readableBytes > 1 {
                let length = random.int(1...rest.readableBytes - 1)
                if let piece = rest.readSlice(length: length) { pieces.append(piece) }
            }
        }
        if rest.readableBytes > 0 { pieces.append(rest) }
        return pieces
    }

    /// The message with another recording key when it was sent before.
    private func withFreshKey(_ message: ByteBuffer) -> ByteBuffer {
        let text = String(buffer: message)
        guard let list = try? AttributeList(message), let key = list.string("key"), let number = list.integer("sim"),
            questions[number].sends > 0, let range = text.firstRange(of: key)
        else { return message }
        let fresh = RecordingKey(high: random.next(), low: random.next()).description
        return ByteBuffer(string: text.replacingCharacters(in: range, with: fresh))
    }
}

extension String {
    fileprivate func firstRange(of part: String) -> Range<String.Index>? {
        indices.first { self[$0...].hasPrefix(part) }.map { $0..<index($0, offsetBy: part.count) }
    }

    fileprivate func replacingCharacters(in range: Range<String.Index>, with text: String) -> String {
        String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
    }
}
