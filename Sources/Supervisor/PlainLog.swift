internal import Glibc

/// The supervisor's own log: lines on stderr, like those of the services beside them.
public enum PlainLog {
    /// Writes `postern/run[PID]: LINE`; if stderr takes nothing now the line is lost, since restarts may not wait.
    public static func write(_ line: String) {
        var target = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
        guard poll(&target, 1, 0) == 1 else { return }
        let text = Array("postern/run[\(getpid())]: \(line)\n".utf8)
        _ = Glibc.write(STDERR_FILENO, text, text.count)
    }
}
