import Synchronization

/// The way back from a content filter, which is made before the Postfix it leads to.
final class ReinjectionPort: Sendable {
    private let port = Mutex(0)

    /// Says where it leads.
    func open(_ port: Int) { self.port.withLock { $0 = port } }

    /// Gives a message back to Postfix. Returns whether that took it.
    func pass(_ message: SMTPMessage) -> Bool {
        guard let client = try? SMTPClient(port: port.withLock { $0 }) else { return false }
        return client.send(from: message.sender, to: message.recipients, subject: message.subject).code == 250
    }
}
