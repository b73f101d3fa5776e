internal import Glibc

/// Removes directories that a test's process has left behind: those of servers that all its tests share, and
/// everything when it was killed.
///
/// A shell reads their paths, a line each, from a pipe that ends with this process, however that ends.
final class Janitor: Sendable {
    private let paths: Int32
    private let shell: Int32

    /// Starts the shell.
    init() throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw FixtureError("pipe: \(String(cString: strerror(errno)))") }
        // A server that inherited the end that is written to would keep the shell waiting.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // Ctrl-C reaches the shell too. Servers may take a moment to end, and write until they have.
        let script = """
            trap '' HUP INT TERM
            while read -r path; do set -- "$@" "$path"; done
            for pause in 1 1; do rm -rf -- "$@"; sleep $pause; done
            rm -rf -- "$@"
            """
        guard let shell = Command.spawn("/bin/sh", ["-c", script, "sh"], &actions) else {
            close(ends[0])
            close(ends[1])
            throw FixtureError("cannot start /bin/sh")
        }
        close(ends[0])
        paths = ends[1]
        self.shell = shell
    }

    deinit {
        close(paths)
        _ = Command.wait(for: shell)
    }

    /// Has a directory removed.
    func remember(_ path: String) throws {
        let line = Array("\(path)\n".utf8)
        guard write(paths, line, line.count) == line.count else {
            throw FixtureError("the shell that removes directories has ended")
        }
    }
}
