internal import Glibc
internal import Synchronization

/// Programs that a test runs.
///
/// Process ids are `Int32` here and in what else this module offers: several clang modules include <sys/types.h>, and
/// which of them `pid_t` belongs to depends on what the same run of the compiler has read before.
public enum Command {
    /// What a program left behind.
    public struct Outcome: Sendable {
        /// Its exit status; 128 and the signal when a signal ended it.
        public var status: Int32
        /// What it printed, standard error included.
        public var output: String
    }

    /// Runs a program to its end.
    public static func run(_ program: String, _ arguments: [String], environment: [String: String] = [:]) -> Outcome {
        guard let pipe = pipe() else {
            return Outcome(status: 127, output: "pipe: \(String(cString: strerror(errno)))")
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, pipe.writing, 1)
        posix_spawn_file_actions_adddup2(&actions, pipe.writing, 2)
        guard let child = spawn(program, arguments, environment: environment, &actions) else {
            close(pipe.reading)
            close(pipe.writing)
            return Outcome(status: 127, output: "cannot start \(program)")
        }
        close(pipe.writing)
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(pipe.reading, &chunk, chunk.count)
            guard count > 0 else { break }
            output += chunk[..<count]
        }
        close(pipe.reading)
        return Outcome(status: wait(for: child), output: String(decoding: output, as: UTF8.self))
    }

    /// Starts a program whose output goes to `log`.
    public static func start(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], log: String
    ) throws -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        guard let child = spawn(program, arguments, environment: environment, &actions) else {
            throw FixtureError("cannot start \(program)")
        }
        return child
    }

    /// Waits for a child's end.
    public static func wait(for child: Int32) -> Int32 {
        var status: CInt = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }

    /// Starts a program with what `actions` say of its descriptors; `nil` where that fails.
    static func spawn(
        _ program: String, _ arguments: [String], environment: [String: String] = [:],
        _ actions: inout posix_spawn_file_actions_t
    ) -> Int32? {
        var variables: [String: String] = [:]
        for (name, value) in inheritedEnvironment() { variables[name] = value }
        for (name, value) in environment { variables[name] = value }
        var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            for pointer in argv { free(pointer) }
            for pointer in envp { free(pointer) }
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var child: Int32 = 0
        let result = forking.withLock { _ in posix_spawn(&child, program, &actions, &attributes, &argv, &envp) }
        return result == 0 ? child : nil
    }

    /// A pipe of which a child gets what it is given, and no other child anything: one that lives long would keep it open.
    static func pipe() -> (reading: Int32, writing: Int32)? {
        forking.withLock { _ in
            var ends: [Int32] = [0, 0]
            guard Glibc.pipe(&ends) == 0 else { return nil }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            return (ends[0], ends[1])
        }
    }

    /// No child is started while a pipe has not been kept from it.
    private static let forking = Mutex(())

    private static func inheritedEnvironment() -> [(String, String)] {
        var variables: [(String, String)] = []
        var next = environ
        while let entry = next.pointee {
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables.append((String(parts[0]), String(parts[1]))) }
            next += 1
        }
        return variables
    }
}
