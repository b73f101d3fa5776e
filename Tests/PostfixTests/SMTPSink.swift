import Synchronization

/// A message with its envelope.
struct SMTPMessage: Sendable {
    /// The envelope's sender; empty in a bounce.
    var sender: String
    /// The envelope's recipients.
    var recipients: [String]
    /// Header and body.
    var lines: [String] = []

    /// A header field's value; nil when there is none.
    func header(_ name: String) -> String? {
        let header = lines.prefix { !$0.isEmpty }
        return header.first { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) }
    }

    /// What the message was sent as.
    var subject: String { header("Subject") ?? "" }
}

/// An SMTP server at the end of the way: takes messages and keeps them.
final class SMTPSink: Sendable {
    private final class Store: Sendable {
        let messages = Mutex<[SMTPMessage]>([])
    }

    private let store: Store
    private let server: LineServer

    /// - Parameters:
    ///   - refused: recipients that are refused for good.
    ///   - passOn: what is done with a message that was taken; false refuses it for now.
    init(refusing refused: Set<String> = [], passOn: @escaping @Sendable (SMTPMessage) -> Bool = { _ in true }) throws {
        let store = Store()
        self.store = store
        server = try LineServer { connection in
            var session = Session(connection: connection, refused: refused) { message in
                guard passOn(message) else { return false }
                store.messages.withLock { $0.append(message) }
                return true
            }
            session.run()
        }
    }

    deinit { stop() }

    /// Where it listens.
    var port: Int { server.port }

    /// What has come in so far.
    var messages: [SMTPMessage] { store.messages.withLock { $0 } }

    /// How many have come in so far.
    var count: Int { store.messages.withLock { $0.count } }

    /// Messages sent under a subject.
    func messages(_ subject: String) -> [SMTPMessage] { messages.filter { $0.subject == subject } }

    /// Ends it.
    func stop() { server.stop() }

    private struct Session {
        let connection: LineConnection
        let refused: Set<String>
        let keep: (SMTPMessage) -> Bool
        var message = SMTPMessage(sender: "", recipients: [])

        mutating func run() {
            connection.send("220 sink.test ESMTP\r\n")
            while let line = connection.line() {
                guard let reply = answer(line) else { return }
                connection.send("\(reply)\r\n")
                if reply.hasPrefix("221") { return }
            }
        }

        private mutating func answer(_ line: String) -> String? {
            switch line.prefix(4).uppercased() {
            case "MAIL":
                message = SMTPMessage(sender: path(line), recipients: [])
                return "250 ok"
            case "RCPT":
                let recipient = path(line)
                if refused.contains(recipient) { return "550 5.1.1 no such user" }
                message.recipients.append(recipient)
                return "250 ok"
            case "DATA": return data()
            case "QUIT": return "221 bye"
            case "EHLO", "HELO", "RSET", "NOOP": return "250 sink.test"
            default: return "502 not known here"
            }
        }

        private mutating func data() -> String? {
            connection.send("354 go on\r\n")
            while let line = connection.line() {
                guard line != "." else { return keep(message) ? "250 taken" : "451 not passed on" }
                message.lines.append(line.hasPrefix(".") ? String(line.dropFirst()) : line)
            }
            return nil
        }

        private func path(_ line: String) -> String {
            guard let start = line.firstIndex(of: "<"), let end = line.lastIndex(of: ">"), start < end else {
                return ""
            }
            return String(line[line.index(after: start)..<end])
        }
    }
}
