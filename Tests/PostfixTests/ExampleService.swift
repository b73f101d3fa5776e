import Glibc
import SuiteFixture
import Synchronization

/// The custom service of docs/examples, as an administrator starts it by hand.
final class ExampleService: Sendable {
    /// Where it listens.
    let path: String
    private let list: String
    private let log: String
    private let process = Mutex<pid_t>(0)

    private static let program = "\(Repository.path)/docs/examples/sender-domain.py"

    /// Starts one that refuses the domains in `list`.
    init(_ name: String, list: String, in directory: TemporaryDirectory) throws {
        path = "\(directory.path)/\(name).sock"
        log = "\(directory.path)/\(name).log"
        self.list = list
        try start()
    }

    deinit { send(SIGKILL) }

    /// Starts it where it was.
    func start() throws {
        unlink(path)
        let child = try Command.start("/usr/bin/python3", [Self.program, list, path], log: log)
        process.withLock { $0 = child }
        guard eventually(within: 20, { access(path, F_OK) == 0 }) else {
            throw FixtureError("the example did not start:\n\(contents(of: log))")
        }
    }

    /// Sends a signal to it.
    func send(_ signal: CInt) {
        process.withLock { process in
            guard process > 0 else { return }
            sendSignal(signal, to: process)
            guard signal == SIGKILL else { return }
            _ = Command.wait(for: process)
            process = 0
        }
    }
}
