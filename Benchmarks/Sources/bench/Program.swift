import Foundation
import Synchronization

/// A program under measurement or one that measures: started by us, ended by us, in a process group of its own.
final class Program {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// All that were started and have not been waited for.
    private static let started = Mutex<Set<pid_t>>([])

    let pid: pid_t
    private var status: Int32?
    /// Closed when we end, however that happens; the floor ends then too.
    private let input: Int32

    /// Starts the program; what it prints is appended to the file `log`.
    convenience init(_ path: String, _ arguments: [String], log: URL) throws {
        try self.init(path, arguments, output: log.path, complaints: log.path)
    }

    private init(_ path: String, _ arguments: [String], output: String, complaints: String) throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw Failure(description: "no pipe to be had") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        input = ends[1]
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        let appending = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 1, output, appending, 0o644)
        posix_spawn_file_actions_addopen(&actions, 2, complaints, appending, 0o644)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var started = pid_t()
        let result = posix_spawn(&started, path, &actions, &attributes, &words, environ)
        guard result == 0 else {
            close(ends[1])
            throw Failure(description: "\(path): \(String(cString: strerror(result)))")
        }
        pid = started
        Self.started.withLock { _ = $0.insert(started) }
    }

    deinit { close(input) }

    var isRunning: Bool {
        guard status == nil else { return false }
        var ended: Int32 = 0
        if waitpid(pid, &ended, WNOHANG) == pid { end(ended) }
        return status == nil
    }

    /// Asks it and the processes it started to end, and waits until it has.
    func stop() {
        guard isRunning else { return }
        kill(-pid, SIGTERM)
        wait()
    }

    private func wait() {
        var ended: Int32 = 0
        while status == nil {
            if waitpid(pid, &ended, 0) == pid || errno != EINTR { end(ended) }
        }
    }

    private func end(_ ended: Int32) {
        status = ended
        Self.started.withLock { _ = $0.remove(pid) }
    }

    /// Asks all that still run to end.
    static func endAll() {
        for pid in started.withLock({ $0 }) { kill(-pid, SIGTERM) }
    }

    /// Runs a program to its end and returns what it printed.
    ///
    /// - Parameter body: called while it runs.
    /// - Throws: when it ends with another status than 0; its complaint is part of the text.
    static func output(_ path: String, _ arguments: [String], while body: () -> Void = {}) throws -> String {
        let directory = URL(fileURLWithPath: NSTemporaryDirectory())
        let name = "postern-bench-\(getpid())"
        let files = ["out", "err"].map { directory.appendingPathComponent("\(name).\($0)") }
        defer { for file in files { try? FileManager.default.removeItem(at: file) } }
        let program = try Program(path, arguments, output: files[0].path, complaints: files[1].path)
        body()
        program.wait()
        let texts = try files.map { try String(contentsOf: $0, encoding: .utf8) }
        guard program.status == 0 else {
            let name = URL(fileURLWithPath: path).lastPathComponent
            throw Failure(description: "\(name) \(arguments.joined(separator: " ")): \(texts[1])\(texts[0])")
        }
        return texts[0]
    }
}
