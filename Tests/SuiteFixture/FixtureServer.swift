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

    /// Starts it, also after a stop or a kill, and waits until it answers and can be sent signals.
    public func start() throws {
        try process.start()
        guard !eventually(within: 60, { (try? tryAll()) != nil }) else { return }
        do {
            try tryAll()
        } catch {
            throw FixtureError("\(Self.title) does not start: \(error)\n\(contents(of: directory.path + "/log"))")
        }
    }

    /// A server may take connections before it has written its process id.
    private func tryAll() throws {
        guard process.pid > 0 else { throw FixtureError("it has not written its process id") }
        try tryIt()
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
    public func freeze() throws {
        try process.freeze()
    }

    /// Lets it go on.
    public func thaw() {
        process.thaw()
    }
}
