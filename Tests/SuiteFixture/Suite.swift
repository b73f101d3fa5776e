internal import Glibc
import Synchronization

/// The whole suite, run by `postern run` in a directory of its own.
public final class Suite: Sendable {
    /// Where its files are.
    public let directory: TemporaryDirectory
    /// Ports on 127.0.0.1.
    public let policyPort = Socket.freePort()
    /// tcp_table, forward.
    public let forwardPort = Socket.freePort()
    /// tcp_table, reverse.
    public let reversePort = Socket.freePort()
    /// The path of the policy listener's Unix socket.
    public var policySocket: String { "\(runtimeDirectory)/policy" }
    /// The path of the socketmap listener.
    public var socketmap: String { "\(runtimeDirectory)/socketmap" }
    /// Where the sockets are.
    public var runtimeDirectory: String { "\(directory.path)/run" }
    /// Where the databases are.
    public let stateDirectory: String
    /// What all processes log.
    public var logPath: String { "\(directory.path)/log" }
    /// The configuration file.
    public let configurationPath: String
    private let supervisor = Mutex<Int32>(0)
    /// A suite whose databases this one uses as well; they live as long as both.
    private let neighbour: Suite?

    /// Where the built programs are: beside the test's own.
    public static let binaries: String = {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let length = buffer.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { readlink("/proc/self/exe", $0, bytes.count) } ?? -1
        }
        let path = String(decoding: buffer.prefix(max(length, 0)), as: UTF8.self)
        return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }()

    /// Writes the configuration and starts the suite. Unless a test says otherwise, greylisting asks for no SPF and the
    /// DNS is a closed port of this host: no test asks the network.
    ///
    /// - Parameters:
    ///   - listeners: lines with more listeners, indented by four.
    ///   - frontend: lines of the mapping `frontend` beside the listeners, indented by two.
    ///   - services: the mappings of the services.
    ///   - environment: variables for the services.
    ///   - neighbour: a suite whose state directory is used instead of one of its own.
    public init(
        common: String = "", listeners: String = "", frontend: String = "", services: String = "",
        environment: [String: String] = [:],
        sharingStateOf neighbour: Suite? = nil
    ) throws {
        let directory = try TemporaryDirectory()
        self.directory = directory
        self.neighbour = neighbour
        stateDirectory = neighbour?.stateDirectory ?? "\(directory.path)/state"
        let text = """
            common:
              runtime-directory: \(directory.path)/run
              state-directory: \(stateDirectory)
              hostname: mx.test
              log: { destination: stderr, level: info }
            \(common)
            frontend:
              listeners:
                policy: { addresses: ["127.0.0.1:\(policyPort)", "unix:policy"], mode: "0666" }
                srs-forward: { addresses: ["127.0.0.1:\(forwardPort)"] }
                srs-reverse: { addresses: ["127.0.0.1:\(reversePort)"] }
                socketmap: { addresses: ["unix:socketmap"], mode: "0666" }
            \(listeners)
            \(frontend)
            \(Self.withoutDNS(services))
            """
        configurationPath = try directory.write(text, to: "postern.yaml")
        try start(environment: environment)
    }

    private static func withoutDNS(_ services: String) -> String {
        var lines = services.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if !services.contains("spf-bypass") {
            let start = "greylist: {"
            if let line = lines.firstIndex(where: { $0.hasPrefix(start) }) {
                lines[line] = start + " spf-bypass: false," + lines[line].dropFirst(start.count)
            } else if let line = lines.firstIndex(of: "greylist:"), line + 1 < lines.count {
                let indentation = lines[line + 1].prefix { $0 == " " }
                lines.insert(indentation + "spf-bypass: false", at: line + 1)
            } else {
                lines.append("greylist: { spf-bypass: false }")
            }
        }
        if !services.contains("reputation:") { lines.append("reputation: { resolver: { servers: [127.0.0.1:9] } }") }
        return lines.joined(separator: "\n")
    }

    deinit { stop() }

    private func start(environment: [String: String]) throws {
        let process = try Command.start(
            "\(Self.binaries)/postern", ["run", "--config", configurationPath], environment: environment, log: logPath)
        supervisor.withLock { $0 = process }
        let port = policyPort
        // It says so when all its sockets are bound; the port alone may be bound before the others.
        let line = "frontend: listening on 127.0.0.1:\(port) "
        // A connection starts the frontend, so that it is at work in tests that ask nothing.
        guard eventually(within: 20, { contents(of: logPath).contains(line) && Socket(.tcp(port)) != nil }) else {
            throw FixtureError("the suite did not start:\n\(contents(of: logPath))")
        }
    }

    /// Ends the suite and returns the supervisor's exit status; its directory stays until this object goes.
    @discardableResult
    public func stop() -> Int32? { end(with: SIGTERM) }

    /// Ends the supervisor by this signal and waits for its end; nil when it had ended before.
    @discardableResult
    public func end(with signal: CInt) -> Int32? {
        let process = supervisor.withLock { process in
            defer { process = 0 }
            return process
        }
        guard process > 0 else { return nil }
        kill(process, signal)
        return Command.wait(for: process)
    }

    /// The process of a service, when one runs.
    public func process(of service: String) -> Int32? {
        let text = contents(of: "\(runtimeDirectory)/\(service).pid")
        return Int32(text.filter(\.isNumber)).flatMap { kill($0, 0) == 0 ? $0 : nil }
    }

    /// kill -9 of a service. Returns whether one ran.
    @discardableResult
    public func killNine(_ service: String) -> Bool {
        guard let process = process(of: service) else { return false }
        return kill(process, SIGKILL) == 0
    }

    /// Sends a signal to a service. Returns whether it runs.
    @discardableResult
    public func send(_ signal: CInt, to service: String) -> Bool {
        guard let process = process(of: service) else { return false }
        return sendSignal(signal, to: process)
    }

    /// The processes of all services that run, by name.
    public func processes(of services: [String]) -> [String: Int32] {
        Dictionary(uniqueKeysWithValues: services.compactMap { name in process(of: name).map { (name, $0) } })
    }

    /// Sends a signal to the supervisor.
    public func signal(_ number: CInt) { _ = supervisor.withLock { kill($0, number) } }

    /// Runs the admin command with this suite's configuration.
    @discardableResult
    public func postern(_ arguments: [String]) -> Command.Outcome {
        Command.run("\(Self.binaries)/postern", arguments + ["--config", configurationPath])
    }

    /// A query on a database, by the sqlite3 shell: rows of columns.
    public func query(_ database: String, _ sql: String) -> [[String]] {
        let outcome = Command.run(
            "/usr/bin/sqlite3", ["-cmd", ".timeout 5000", "\(stateDirectory)/\(database).db", sql])
        return outcome.output.split(separator: "\n").map { line in
            line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        }
    }

    /// The log so far.
    public var log: String { contents(of: logPath) }

    /// The lines logged so far that hold this text.
    public func logLines(with text: String) -> [Substring] {
        log.split(separator: "\n").filter { $0.contains(text) }
    }

    /// Replaces the configuration file's text; the services do not see it before a reload.
    public func rewriteConfiguration(_ change: (String) -> String) throws {
        try directory.write(change(contents(of: configurationPath)), to: "postern.yaml")
    }
}
