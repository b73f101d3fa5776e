internal import Glibc

/// A throwaway server of a test, which can be stopped, killed and frozen.
public protocol FixtureServer: AnyObject, Sendable {
    /// What it is called where it does not start.
    static var title: String { get }
    /// Where its files are, among them what it prints (`log`).
    var directory: TemporaryDirectory { get }
    /// Its process.
    var process: ServerProcess { get }
    /// Ends it orderly.
    var stopSignal: Int32 { get }
    /// Fails as long as it does not answer.
    func tryIt() throws
}

extension FixtureServer {
    /// SIGTERM.
    public var stopSignal: Int32 { SIGTERM }

    /// Starts it, also after a stop or a kill, and waits until it answers.
    public func start() throws {
        try process.start()
        guard !eventually(within: 60, { (try? tryIt()) != nil }) else { return }
        do {
            try tryIt()
        } catch {
            throw FixtureError("\(Self.title) does not start: \(error)\n\(contents(of: directory.path + "/log"))")
        }
    }

    /// Shuts it down orderly.
    public func stop() {
        process.stop(stopSignal)
    }

    /// Kills it.
    public func kill() {
        process.kill()
    }

    /// Lets it hang.
    public func freeze() {
        process.freeze()
    }

    /// Lets it go on.
    public func thaw() {
        process.thaw()
    }
}
