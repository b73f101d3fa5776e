import SuiteFixture

/// Postfix with the suite before it and a sink behind it.
final class MailSystem: Sendable {
    /// How Postfix reaches the policy server.
    enum PolicyTransport: CaseIterable, Sendable {
        case tcp, unixSocket
    }

    /// How Postfix reaches the tables of SRS.
    enum Tables: CaseIterable, Sendable {
        case tcpTable, socketmap, socketmapOverTCP
    }

    let suite: Suite
    let postfix: PostfixInstance
    let sink: SMTPSink
    private let directory: TemporaryDirectory
    private let auth: DovecotAuthStub
    private let socketmapPort: Int

    /// Starts everything.
    /// - Parameters:
    ///   - frontend: lines of the mapping `frontend` beside the listeners, indented by two.
    ///   - greylist: the keys of the mapping `greylist`.
    ///   - tables: nil for a Postfix without SRS.
    ///   - filterPort: the port of a content filter.
    init(
        frontend: String = "", greylist: String = "{ training-mode: true }", policy: PolicyTransport = .tcp,
        tables: Tables? = nil, sink: SMTPSink? = nil, filterPort: Int? = nil
    ) throws {
        let sink = try sink ?? SMTPSink()
        let directory = try TemporaryDirectory()
        let socketmapPort = Socket.freePort()
        let suite = try Suite(
            listeners: "    socketmap-tcp: { protocol: socketmap, addresses: [\"127.0.0.1:\(socketmapPort)\"] }",
            frontend: frontend,
            services: """
                directory: { local-domains: [\(PostfixWiring.localDomain)] }
                greylist: \(greylist)
                srs: { domain: \(PostfixWiring.srsDomain), secret-file: \(directory.path)/secret }
                """)
        let wiring = PostfixWiring(
            policy: Self.policy(policy, suite), srs: tables.map { Self.tables($0, suite, socketmapPort) },
            sinkPort: sink.port, filterPort: filterPort)
        postfix = try PostfixInstance(in: directory, wiring: wiring)
        auth = try DovecotAuthStub(path: postfix.authSocket)
        self.directory = directory
        self.suite = suite
        self.sink = sink
        self.socketmapPort = socketmapPort
    }

    deinit {
        postfix.stop()
        suite.stop()
        auth.stop()
        sink.stop()
    }

    private static func policy(_ transport: PolicyTransport, _ suite: Suite) -> String {
        switch transport {
        case .tcp: "inet:127.0.0.1:\(suite.policyPort)"
        case .unixSocket: "unix:\(suite.policySocket)"
        }
    }

    /// The tables as main.cf names them.
    func tables(_ tables: Tables) -> (forward: String, reverse: String) {
        Self.tables(tables, suite, socketmapPort)
    }

    private static func tables(
        _ tables: Tables, _ suite: Suite, _ socketmapPort: Int
    ) -> (forward: String, reverse: String) {
        switch tables {
        case .tcpTable: ("tcp:127.0.0.1:\(suite.forwardPort)", "tcp:127.0.0.1:\(suite.reversePort)")
        case .socketmap:
            ("socketmap:unix:\(suite.socketmap):srs-forward", "socketmap:unix:\(suite.socketmap):srs-reverse")
        case .socketmapOverTCP:
            (
                "socketmap:inet:127.0.0.1:\(socketmapPort):srs-forward",
                "socketmap:inet:127.0.0.1:\(socketmapPort):srs-reverse"
            )
        }
    }

    /// A client on this host, perhaps one that logs in or pretends to be elsewhere.
    func client(from origin: String? = nil, login: String? = nil) throws -> SMTPClient {
        try SMTPClient(port: postfix.port, from: origin.map { SMTPClient.Origin(address: $0) }, login: login)
    }

    /// Makes a limit.
    func limit(_ account: String, kind: String, messages: Int) throws {
        let outcome = suite.postern([
            "throttle", "set", "--account", account, "--kind", kind, "--period", "86400", "--max-msgs", "\(messages)",
        ])
        guard outcome.status == 0 else { throw FixtureError("no limit was made: \(outcome.output)") }
    }

    /// The messages counted for an account, by the database.
    func counted(_ account: String) -> Int? {
        let sql = "SELECT sum(cur_msgs) FROM postern_throttle_tracking WHERE account = '\(account)'"
        return suite.query("throttle", sql).first?.first.flatMap { Int($0) }
    }

    /// The messages counted for all accounts.
    var counted: Int? {
        suite.query("throttle", "SELECT sum(cur_msgs) FROM postern_throttle_tracking").first?.first.flatMap { Int($0) }
    }

    /// Waits for a message at the sink.
    func delivered(_ subject: String, within seconds: Double = 20) -> SMTPMessage? {
        eventually(within: seconds) { sink.messages.contains { $0.subject == subject } }
        return sink.messages(subject).first
    }
}
