import SuiteFixture

/// A blocking SMTP client.
final class SMTPClient {
    /// What the server said.
    struct Reply: CustomStringConvertible, Sendable {
        /// The code; 0 when the connection was lost.
        var code: Int
        /// All lines.
        var text: String

        var isPositive: Bool { (200..<400).contains(code) }
        var description: String { text }
    }

    /// A client elsewhere, as XCLIENT announces it.
    struct Origin: Sendable {
        var address: String
        var name = "mail.stranger.example"
    }

    private let socket: Socket

    /// Connects and greets.
    /// - Parameters:
    ///   - origin: where the client pretends to be.
    ///   - login: the user to log in as.
    init(port: Int, from origin: Origin? = nil, login: String? = nil) throws {
        guard let socket = Socket(.tcp(port), timeout: 60) else { throw FixtureError("nobody listens on \(port)") }
        self.socket = socket
        try expect(reply())
        try greet()
        if let origin {
            try expect(command("XCLIENT NAME=\(origin.name) ADDR=\(origin.address)"))
            try greet()
        }
        if let login {
            let response = Base64.encode(Array("\0\(login)\0\(DovecotAuthStub.password)".utf8))
            try expect(command("AUTH PLAIN \(response)"))
        }
    }

    deinit {
        socket.send("QUIT\r\n")
        _ = reply()
    }

    private func greet() throws { try expect(command("EHLO client.example")) }

    private func expect(_ reply: Reply) throws {
        guard reply.isPositive else { throw FixtureError("SMTP: \(reply)") }
    }

    /// Sends a line and waits for its answer.
    func command(_ line: String) -> Reply {
        socket.send("\(line)\r\n")
        return reply()
    }

    private func reply() -> Reply {
        var text = ""
        while let line = socket.receive(through: "\r\n") {
            text += line
            if line.utf8.count > 5, Array(line.utf8)[3] == UInt8(ascii: "-") { continue }
            return Reply(code: Int(line.prefix(3)) ?? 0, text: String(text.dropLast()))
        }
        return Reply(code: 0, text: "connection lost \(text)")
    }

    /// Sends a message. Returns the first refusal, or the answer to its end.
    func send(
        from sender: String, to recipients: [String], subject: String = "a message", headers: [String] = []
    ) -> Reply {
        var reply = command("MAIL FROM:<\(sender)>")
        for recipient in recipients where reply.isPositive { reply = command("RCPT TO:<\(recipient)>") }
        if reply.isPositive { reply = command("DATA") }
        if reply.code == 354 { reply = command(Self.text(from: sender, ["Subject: \(subject)"] + headers)) }
        // After a refusal, even at the end of data, the transaction is still open.
        if !reply.isPositive, reply.code != 0 { _ = command("RSET") }
        return reply
    }

    private static func text(from sender: String, _ headers: [String]) -> String {
        let author = sender.isEmpty ? "postmaster@stranger.example" : sender
        return (["From: <\(author)>"] + headers + ["", "Hello", "."]).joined(separator: "\r\n")
    }
}
