internal import Glibc
internal import NIOPosix
internal import ServiceRuntime

/// Writes what a process finds about itself into a file, a line each.
enum Reporting {
    static func inheritedSockets(to path: String) {
        var lines: [String] = []
        do {
            for socket in try InheritedSockets.take() {
                let isQuiet = fcntl(socket.descriptor, F_GETFL) & O_NONBLOCK != 0
                let isPrivate = fcntl(socket.descriptor, F_GETFD) & FD_CLOEXEC != 0
                lines.append("\(socket.name) \(socket.descriptor) \(socket.family) \(isQuiet) \(isPrivate)")
            }
            lines.append("left \(getenv("LISTEN_FDS") == nil) \(try InheritedSockets.take().count)")
        } catch {
            lines.append("error \(error)")
        }
        append(lines.joined(separator: "\n"), to: path)
    }

    static func signals(to path: String) {
        // The threads exist before the signals are caught, as in a service that starts its loop early.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        do {
            _ = try SignalSource.start(on: group.next()) { signal in
                append("\(signal)", to: path)
                if signal == .terminate { exit(0) }
            }
            append("ready", to: path)
        } catch {
            append("error \(error)", to: path)
        }
        while true { pause() }
    }

    private static func append(_ line: String, to path: String) {
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        let bytes = Array("\(line)\n".utf8)
        _ = write(file, bytes, bytes.count)
        close(file)
    }
}
