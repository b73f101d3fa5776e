public import Logging
public import NIOCore
public import ServiceProtocol

/// What a process has to work with.
public struct ProcessEnvironment {
    /// The process's one event loop.
    public let eventLoop: any EventLoop
    /// Where messages for the administrator go.
    public let log: Logger
    /// The same log, for lines that are built as bytes.
    public let logWriter: LogWriter
    /// The configuration file.
    public let configurationPath: String
    /// The common part that the process was started with.
    let common: CommonConfiguration
    let logThreshold: LogThreshold

    /// Takes over what every process takes of another configuration, and says what it cannot take over.
    public func apply(_ changed: CommonConfiguration) {
        logThreshold.level = changed.logLevel.level
        for key in common.keysNeedingRestart(changed) { log.warning("common.\(key) changes with the next start only") }
    }
}

extension CommonConfiguration {
    /// The keys whose values differ and that a running process does not take over.
    func keysNeedingRestart(_ changed: CommonConfiguration) -> [String] {
        let differs: [(key: String, differs: Bool)] = [
            ("runtime-directory", runtimeDirectory != changed.runtimeDirectory),
            ("state-directory", stateDirectory != changed.stateDirectory),
            ("log.destination", logDestination != changed.logDestination),
            ("log.facility", logFacility != changed.logFacility),
        ]
        return differs.filter(\.differs).map(\.key)
    }
}

/// What a process does on its event loop; the process around it brings sockets, signals and the end.
public protocol ProcessRole: AnyObject {
    /// Begins to serve `sockets`; those it does not know are its error.
    func start(_ sockets: [InheritedSocket]) throws -> EventLoopFuture<Void>
    /// Reads the configuration again; on an error the old one stays in force.
    func reload() throws
    /// Stops accepting, finishes what was begun, then calls `completion`.
    func drain(completion: @escaping () -> Void)
}

/// A start that cannot succeed, with its exit status.
public struct StartError: Error, CustomStringConvertible {
    /// What is wrong, in a sentence.
    public let description: String
    /// The exit status (sysexits.h).
    public let status: Int32

    /// A fault of the configuration or the sockets: EX_CONFIG.
    public init(_ description: String, status: Int32 = 78) {
        self.description = description
        self.status = status
    }
}
