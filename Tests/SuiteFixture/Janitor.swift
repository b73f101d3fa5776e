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
        guard let pipe = Command.pipe() else { throw FixtureError("pipe: \(String(cString: strerror(errno)))") }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipe.reading, 0)
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
            close(pipe.reading)
            close(pipe.writing)
            throw FixtureError("cannot start /bin/sh")
        }
        close(pipe.reading)
        paths = pipe.writing
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
