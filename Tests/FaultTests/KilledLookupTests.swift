import Glibc
import SuiteFixture
import Synchronization
import Testing

/// kill -9 under lookups: every answer is right. A wrong one would lose a bounce or rewrite a local sender.
@Suite(.serialized) struct KilledLookupTests {
    private static let lanes = 32
    /// Each is three requests.
    private static let addresses = 6_667

    @Test(arguments: ["srs", "directory", "frontend"]) func everyAnswerIsRight(service: String) throws {
        let secrets = try TemporaryDirectory()
        let secret = try secrets.write("the secret of these tests\n", to: "secret", mode: 0o600)
        let suite = try Suite(
            services: """
                directory: { local-domains: [example.com] }
                srs: { domain: srs.test, secret-file: \(secret) }
                """)
        let wrong = Wrong()
        let kills = Killing.service(service, of: suite, while: Self.lanes) { lane in
            let forward = TableClient(suite.forwardPort)
            let reverse = TableClient(suite.reversePort)
            for number in stride(from: lane, to: Self.addresses, by: Self.lanes) {
                wrong.note(Self.fault(number, forward, reverse))
            }
        }
        #expect(kills >= 10)
        #expect(wrong.all.isEmpty, "\(wrong.all.count): \(wrong.all.prefix(3))")
        _ = secrets
    }

    /// What is wrong with the answers about one address; nil when nothing is.
    private static func fault(_ number: Int, _ forward: TableClient, _ reverse: TableClient) -> String? {
        let local = forward.look("u\(number)@example.com")
        guard local == "500 Domain%20is%20a%20local%20mail%20domain,%20bypassed." else {
            return "\(number): a local sender: \(local ?? "nothing")"
        }
        let sender = "u\(number)@host\(number).example"
        guard let rewritten = forward.look(sender), rewritten.hasPrefix("200 SRS0="),
            rewritten.hasSuffix("=host\(number).example=u\(number)@srs.test")
        else { return "\(number): not rewritten" }
        let back = reverse.look(String(rewritten.dropFirst("200 ".count)))
        return back == "200 \(sender)" ? nil : "\(number): not reversed: \(back ?? "nothing")"
    }

    private final class Wrong: Sendable {
        private let faults = Mutex<[String]>([])

        func note(_ fault: String?) {
            guard let fault else { return }
            faults.withLock { $0.append(fault) }
        }

        var all: [String] { faults.withLock { $0 } }
    }
}

/// Asks a tcp_table(5) as Postfix does: on a kept connection, again on another when it closes.
private final class TableClient {
    private let port: Int
    private var socket: Socket?

    init(_ port: Int) {
        self.port = port
    }

    /// The reply's line; nil when there was none. The key must need no encoding.
    func look(_ key: String) -> String? {
        for _ in 0..<20 {
            if socket == nil { socket = Socket(.tcp(port)) }
            if let socket, socket.send("get \(key)\n"), let line = socket.receive(through: "\n") {
                return String(line.dropLast())
            }
            socket = nil
            usleep(50_000)
        }
        return nil
    }
}
