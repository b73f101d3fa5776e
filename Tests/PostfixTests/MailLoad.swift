import SuiteFixture
import Synchronization

/// Many messages over a few connections: those of even connections come from users who log in, the others from
/// strangers to a local user.
final class MailLoad: Sendable {
    let messages: Int
    let connections: Int
    private let state = Mutex(State())

    private struct State {
        var accepted = 0
        var refusals: [String] = []
        var finished = 0
    }

    init(messages: Int, connections: Int) {
        self.messages = messages
        self.connections = connections
    }

    /// How many have been accepted so far.
    var accepted: Int { state.withLock { $0.accepted } }

    /// What was answered to those that were not.
    var refusals: [String] { state.withLock { $0.refusals } }

    /// Whether nothing more will be sent.
    var isFinished: Bool { state.withLock { $0.finished == connections } }

    /// How many are sent by users who log in.
    var authenticated: Int { (0..<messages).count { isAuthenticated($0 % connections) } }

    /// The subjects of all messages.
    var subjects: [String] { (0..<messages).map { "number \($0)" } }

    private func isAuthenticated(_ connection: Int) -> Bool { connection.isMultiple(of: 2) }

    /// Sends all; `disturb` runs beside.
    func run(through system: MailSystem, while disturb: @escaping @Sendable () -> Void) {
        inParallel(connections + 1) { number in
            if number == self.connections { disturb() } else { self.send(number, through: system) }
        }
    }

    private func send(_ connection: Int, through system: MailSystem) {
        defer { state.withLock { $0.finished += 1 } }
        let user = "user\(connection)@\(PostfixWiring.localDomain)"
        let isUser = isAuthenticated(connection)
        do {
            let client = try system.client(
                from: isUser ? nil : "203.0.113.\(connection)", login: isUser ? user : nil)
            for message in stride(from: connection, to: messages, by: connections) {
                let stranger = "stranger\(connection)@foreign.example"
                let reply = client.send(
                    from: isUser ? user : stranger, to: [isUser ? stranger : user], subject: "number \(message)")
                note(reply)
            }
        } catch {
            state.withLock { $0.refusals.append("\(error)") }
        }
    }

    private func note(_ reply: SMTPClient.Reply) {
        state.withLock { state in
            if reply.code == 250 { state.accepted += 1 } else { state.refusals.append(reply.text) }
        }
    }

    /// Waits until `count` have been accepted; false when there will not be so many.
    func reaches(_ count: Int) -> Bool {
        eventually(within: 60) { accepted >= count || isFinished }
        return accepted >= count && !isFinished
    }
}
