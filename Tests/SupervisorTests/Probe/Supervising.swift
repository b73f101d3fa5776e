internal import Glibc
internal import ServiceProtocol
import Supervisor

/// Runs probes under a supervisor: DIRECTORY, STOP LIMIT, then services as `NAME|ADDRESS,ADDRESS|WORDS`.
///
/// Of the words `now` means to start at once, `missing` names a program that is not there, and the others are the
/// probe's own. The log goes to DIRECTORY/log.
enum Supervising {
    static func run(_ arguments: [String]) {
        let directory = arguments[0]
        let log = open(directory + "/log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        let settings = SupervisorSettings(
            runtimeDirectory: directory, stopLimit: Int64(arguments[1]) ?? 10_000,
            restarts: RestartSchedule(first: 10, longest: 50))
        do {
            let supervisor = try Supervisor(services: arguments.dropFirst(2).map(service), settings: settings) { line in
                let bytes = Array("\(line)\n".utf8)
                _ = write(log, bytes, bytes.count)
            }
            try supervisor.run()
        } catch {
            let bytes = Array("error: \(error)\n".utf8)
            _ = write(log, bytes, bytes.count)
            exit(69)
        }
    }

    private static func service(_ text: String) throws -> SupervisedService {
        let parts = text.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        let words = parts[2].split(separator: " ").map(String.init)
        var sockets: [SupervisedSocket] = []
        for (index, address) in parts[1].split(separator: ",").enumerated() {
            sockets.append(
                SupervisedSocket(name: "s\(index)", address: try SocketAddressText(parsing: String(address))))
        }
        let executable = words.contains("missing") ? "/nonexistent/program" : CommandLine.arguments[0]
        return SupervisedService(
            name: parts[0], executable: executable, arguments: ["serve"] + words, sockets: sockets,
            startAtOnce: words.contains("now"))
    }
}
