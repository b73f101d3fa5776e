internal import CPosternSupport
internal import Glibc

/// A running program of a service.
struct ChildProcess: Equatable {
    /// How a program ended.
    enum Ending: Equatable {
        case exited(Int32)
        case killed(signal: Int32)
        /// Somebody else has waited for it.
        case unknown
    }

    let process: Int32
    /// Milliseconds of CLOCK_MONOTONIC.
    let started: Int64

    /// Variables that are meant for the supervisor itself; those of sd_listen_fds(3) are replaced anyway.
    private static let ownVariables: Set<String> = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "MAINPID"]

    /// Starts the program with the sockets, or returns the `errno` of what failed.
    static func start(_ service: SupervisedService, sockets: [ListeningSocket]) -> Result<ChildProcess, StartFailure> {
        let arguments = CStrings([service.executable] + service.arguments)
        let environment = CStrings(Self.environment(adding: service.environment))
        var process: pid_t = 0
        // Even a service that hangs must not outlive the supervisor and keep the sockets; what it had recorded is
        // safe, what it had not answered is asked again.
        let code = postern_spawn(
            service.executable, arguments.pointers, environment.pointers, sockets.map(\.descriptor), sockets.count,
            sockets.map(\.name).joined(separator: ":"), SIGKILL, &process)
        guard code == 0 else { return .failure(StartFailure(code: code)) }
        return .success(ChildProcess(process: process, started: postern_monotonic_ms()))
    }

    /// How it ended, or nil while it runs.
    func ending() -> Ending? {
        var status: Int32 = 0
        let result = waitpid(process, &status, WNOHANG)
        if result == 0 { return nil }
        guard result == process else { return errno == EINTR ? nil : .unknown }
        let signal = status & 0x7f
        return signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal: signal)
    }

    func send(signal: Int32) { kill(process, signal) }

    private static func environment(adding additions: [String: String]) -> [String] {
        var result = additions.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        var entry = environ
        while let text = entry.pointee {
            let variable = String(cString: text)
            let name = String(variable.prefix { $0 != "=" })
            if additions[name] == nil && !ownVariables.contains(name) { result.append(variable) }
            entry += 1
        }
        return result
    }
}

/// A program that could not be started.
struct StartFailure: Error, Equatable, CustomStringConvertible {
    let code: Int32
    var description: String { String(cString: strerror(code)) }
}

extension ChildProcess.Ending: CustomStringConvertible {
    var description: String {
        switch self {
        case .exited(let status): "exited with status \(status)"
        case .killed(let signal): "was killed by signal \(signal) (\(String(cString: strsignal(signal))))"
        case .unknown: "ended"
        }
    }
}

/// A list of C strings with a final null, alive as long as the object.
private final class CStrings {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ strings: [String]) {
        count = strings.count
        pointers = .allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() { (pointers + index).initialize(to: strdup(string)) }
        (pointers + count).initialize(to: nil)
    }

    deinit {
        for index in 0..<count { free(pointers[index]) }
        pointers.deallocate()
    }
}
