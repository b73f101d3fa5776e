internal import Glibc
internal import Synchronization

/// A server that a test has started: stopped, killed, frozen and started again at will, and gone when the
/// test's process is, however that ends.
public final class ServerProcess: Sendable {
    private struct State {
        /// The end of a pipe; the server is killed when it is closed.
        var leash: Int32 = -1
        var keeper: Int32 = 0
    }

    private let command: [String]
    private let log: String
    private let pidFile: String
    private let state = Mutex(State())

    /// A server that is not started yet.
    ///
    /// - Parameters:
    ///   - command: The server in the foreground.
    ///   - log: The file for what it prints.
    ///   - pidFile: Where it writes its process id in the first line.
    public init(command: [String], log: String, pidFile: String) {
        self.command = command
        self.log = log
        self.pidFile = pidFile
    }

    deinit {
        kill()
    }

    /// The server's process id; 0 when it does not run.
    public var pid: Int32 {
        contents(of: pidFile).split(separator: "\n").first.flatMap { Int32($0) } ?? 0
    }

    /// The server and its children.
    private var family: [Int32] {
        let server = pid
        guard server > 0 else { return [] }
        let children = contents(of: "/proc/\(server)/task/\(server)/children")
        return [server] + children.split(separator: " ").compactMap { Int32($0) }
    }

    /// Starts it; whether it answers is for others to find out.
    public func start() throws {
        guard let pipe = Command.pipe() else { throw FixtureError("pipe: error \(errno)") }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipe.reading, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let script = "\"$@\" </dev/null & server=$!; cat >/dev/null; kill -KILL $server; wait"
        let keeper = Command.spawn("/bin/sh", ["-c", script, "sh"] + command, &actions)
        close(pipe.reading)
        guard let keeper else {
            close(pipe.writing)
            throw FixtureError("cannot start /bin/sh for \(command[0])")
        }
        state.withLock { $0 = State(leash: pipe.writing, keeper: keeper) }
    }

    /// Sends the signal that ends it orderly, and waits.
    public func stop(_ signal: Int32) {
        if pid > 0 { Glibc.kill(pid, signal) }
        for _ in 0..<600 where isAlive { usleep(20_000) }
        kill()
    }

    /// Ends it and its children at once.
    public func kill() {
        let family = family
        for process in family { Glibc.kill(process, SIGKILL) }
        let old = state.withLock { state in
            defer { state = State() }
            return state
        }
        guard old.keeper > 0 else { return }
        close(old.leash)
        _ = Command.wait(for: old.keeper)
        for process in family {
            for _ in 0..<500 where Glibc.kill(process, 0) == 0 { usleep(10_000) }
        }
        unlink(pidFile)
    }

    /// Stops it and its children from running, as a machine that hangs would.
    public func freeze() throws {
        let family = family
        guard !family.isEmpty else { throw FixtureError("\(command[0]) does not run, or has no process id yet") }
        // One of the children may have ended since.
        for process in family { sendSignal(SIGSTOP, to: process) }
    }

    /// Lets it run again.
    public func thaw() {
        for process in family { Glibc.kill(process, SIGCONT) }
    }

    private var isAlive: Bool {
        let pid = pid
        return pid > 0 && Glibc.kill(pid, 0) == 0
    }
}
