/// Speaks Dovecot's authentication protocol to smtpd: any user may log in with one password.
final class DovecotAuthStub: Sendable {
    /// Everybody's password.
    static let password = "secret"

    private static let greeting = """
        VERSION\t1\t2
        MECH\tPLAIN\tplaintext
        SPID\t1
        CUID\t1
        COOKIE\t00000000000000000000000000000000
        DONE

        """

    private let server: LineServer

    init(path: String) throws {
        server = try LineServer(path: path) { connection in
            connection.send(Self.greeting)
            while let line = connection.line() {
                if let reply = Self.answer(line) { connection.send(reply) }
            }
        }
    }

    deinit { stop() }

    /// Ends it.
    func stop() { server.stop() }

    /// The answer to a line; nil when it wants none.
    static func answer(_ line: String) -> String? {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
        guard fields.count > 2, fields[0] == "AUTH" else { return nil }
        let response = fields.first { $0.hasPrefix("resp=") }?.dropFirst("resp=".count) ?? ""
        // RFC 4616: the identity to act as, the one that logs in, and its password.
        let parts = Base64.decode(String(response)).split(separator: 0, omittingEmptySubsequences: false)
        guard parts.count == 3, String(decoding: parts[2], as: UTF8.self) == password else {
            return "FAIL\t\(fields[1])\n"
        }
        return "OK\t\(fields[1])\tuser=\(String(decoding: parts[1], as: UTF8.self))\n"
    }
}
