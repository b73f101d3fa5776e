import Glibc
import SuiteFixture

/// A machine with a real systemd and Postern installed as the README says.
final class Machine: Sendable {
    private let directory: TemporaryDirectory
    private let boot: pid_t
    private let systemd: pid_t
    private let controlGroup: String

    /// Recording checks defer when they fail, so that a failure shows.
    static let configuration = """
        common: { hostname: mx.test }
        frontend:
          policies:
            default:
              RCPT:
                - { check: greylist, on-failure: defer, limit: 9s }
              END-OF-MESSAGE:
                - { check: throttle, on-failure: defer, limit: 9s }
        directory: { local-domains: [example.com] }
        greylist: { spf-bypass: false }
        reputation: { resolver: { servers: [127.0.0.1:9] } }

        """

    /// A configuration with more keys of greylist.
    static func configuration(
        greylist keys: String, in configuration: String = Machine.configuration
    ) -> String {
        configuration.replacing("spf-bypass: false", with: "spf-bypass: false, \(keys)")
    }

    /// Boots, makes the users, writes the configuration and `files`, and starts postern.target with `units`.
    init(
        configuration: String = Machine.configuration, files: [String: String] = [:], enabling units: [String] = []
    ) throws {
        directory = try TemporaryDirectory()
        boot = try Command.start(
            "\(Repository.path)/Tests/SystemdTests/boot",
            [directory.path, try Installation.directory.get()], log: "\(directory.path)/log")
        guard let process = Self.process(in: directory.path) else {
            let log = contents(of: "\(directory.path)/log") + contents(of: "\(directory.path)/console")
            Self.end(boot)
            throw FixtureError("systemd did not boot: \(log)")
        }
        systemd = process
        controlGroup = contents(of: "\(directory.path)/cgroup").filter { !$0.isNewline }
        try require("systemd-sysusers")
        try require("systemd-tmpfiles", "--create", "postern.conf")
        try write(configuration, to: "/etc/postern/postern.yaml")
        for (path, text) in files { try write(text, to: path) }
        try require("systemctl", ["enable", "--now", "postern.target"] + units)
    }

    deinit { Self.end(boot) }

    private static func end(_ boot: pid_t) {
        kill(boot, SIGTERM)
        _ = Command.wait(for: boot)
    }

    private static func process(in directory: String) -> pid_t? {
        var process: pid_t?
        eventually(within: 30) {
            guard let found = pid_t(contents(of: "\(directory)/pid").filter(\.isNumber)) else { return false }
            process = found
            let state = enter(found, "systemctl", ["is-system-running"]).output
            return state.hasPrefix("running") || state.hasPrefix("degraded")
        }
        return process
    }

    // MARK: Inside

    private static func enter(_ process: pid_t, _ program: String, _ arguments: [String]) -> Command.Outcome {
        Command.run(
            "/usr/bin/nsenter",
            ["-t", "\(process)", "-a", "/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", program] + arguments)
    }

    /// Runs a program on the machine, as root.
    @discardableResult
    func run(_ program: String, _ arguments: [String]) -> Command.Outcome {
        Self.enter(systemd, program, arguments)
    }

    /// Runs a program on the machine, as root.
    @discardableResult
    func run(_ program: String, _ arguments: String...) -> Command.Outcome { run(program, arguments) }

    /// Runs a program that must succeed, and returns what it printed.
    @discardableResult
    func require(_ program: String, _ arguments: [String]) throws -> String {
        let outcome = run(program, arguments)
        guard outcome.status == 0 else {
            throw FixtureError("\(program) \(arguments): status \(outcome.status): \(outcome.output)")
        }
        return outcome.output
    }

    /// Runs a program that must succeed, and returns what it printed.
    @discardableResult
    func require(_ program: String, _ arguments: String...) throws -> String { try require(program, arguments) }

    /// Where the host finds a file of the machine, a socket too.
    func path(_ path: String) -> String { "/proc/\(systemd)/root\(path)" }

    /// Writes a file of the machine, with the directories above it.
    func write(_ text: String, to file: String, mode: mode_t = 0o644) throws {
        try require("mkdir", "-p", file.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" })
        guard let stream = fopen(path(file), "w") else { throw FixtureError("cannot write \(file)") }
        fputs(text, stream)
        fclose(stream)
        chmod(path(file), mode)
    }

    // MARK: Units

    /// One property of a unit.
    func property(_ name: String, of unit: String) -> String {
        run("systemctl", "show", "--property", name, "--value", unit).output.filter { !$0.isNewline }
    }

    /// Whether a unit is active.
    func isActive(_ unit: String) -> Bool { property("ActiveState", of: unit) == "active" }

    /// The main process of a service as the host numbers it.
    func process(of unit: String) -> pid_t? {
        let parts = unit.split(separator: "@")
        let slice = parts.count == 1 ? "" : "/system-\(parts[0].split(separator: "-").joined(separator: "\\x2d")).slice"
        let members = contents(of: "\(controlGroup)/system.slice\(slice)/\(unit)/cgroup.procs")
        return members.split(separator: "\n").first.flatMap { pid_t($0) }
    }

    /// Sends a signal to the main process of a service. Returns whether there was one.
    @discardableResult
    func send(_ signal: CInt, to unit: String) -> Bool {
        guard let process = process(of: unit) else { return false }
        return sendSignal(signal, to: process)
    }

    /// What a unit's journal holds.
    func journal(of unit: String) -> String { run("journalctl", "--no-pager", "-u", unit).output }

    // MARK: Postfix's side

    /// The policy listener's Unix socket.
    var policy: Socket.Address { .unix(path("/var/spool/postfix/postern/policy")) }

    /// The action for one request.
    func ask(_ attributes: KeyValuePairs<String, String>) -> String? {
        PolicyClient(policy).ask(PolicyClient.request(attributes))
    }

    /// Looks a key up as socketmap_table(5) does.
    func lookUp(_ map: String, _ key: String) -> String? {
        guard let socket = Socket(.unix(path("/var/spool/postfix/postern/socketmap"))) else { return nil }
        socket.send("\("\(map) \(key)".utf8.count):\(map) \(key),")
        return socket.receiveNetstring()
    }
}
