internal import Configuration
internal import Glibc
public import Logging
internal import NIOCore
internal import NIOPosix
public import ServiceProtocol

/// The version of every binary of the suite.
public let posternVersion = "0.1.0"

/// A daemon from its first line to its last: arguments, log, sockets, signals, watchdog, drain.
public enum ServiceProcess {
    /// How long a draining process may take, in seconds.
    private static let drainLimit = 10

    /// Runs the service `name`; does not return.
    ///
    /// - Parameters:
    ///   - make: makes the service from its configuration.
    ///   - apply: gives a running service a new configuration.
    public static func serve<Service: PolicyService, Own: ServiceConfiguration>(
        _ name: String, _ configuration: Own.Type,
        make: @escaping (Own, CommonConfiguration, Logger) throws -> Service,
        apply: @escaping (Service, Own, CommonConfiguration) throws -> Void
    ) -> Never {
        run(name) { environment in
            let loaded = try LoadedConfiguration<Own>(path: environment.configurationPath, service: name)
            let service = try make(loaded.own, loaded.common, environment.log)
            return ServiceRole(name: name, service: service, environment: environment) {
                let loaded = try LoadedConfiguration<Own>(path: environment.configurationPath, service: name)
                try apply(service, loaded.own, loaded.common)
                environment.apply(loaded.common)
            }
        }
    }

    /// Runs the process `name` in the role that `make` makes; does not return.
    public static func run(_ name: String, make: @escaping (ProcessEnvironment) throws -> any ProcessRole) -> Never {
        let path = configurationPath(name)
        do {
            let sockets = try InheritedSockets.take()
            let common = try LoadedConfiguration<NoConfiguration>(path: path, service: name).common
            let writer = try LogWriter(
                name: name, destination: LogDestination(rawValue: common.logDestination.rawValue) ?? .automatic,
                facility: LogFacility(parsing: common.logFacility.rawValue) ?? .mail)
            let threshold = LogThreshold(common.logLevel.level)
            let log = Logger(label: name) { _ in PosternLogHandler(writer: writer, threshold: threshold) }
            MultiThreadedEventLoopGroup.withCurrentThreadAsEventLoop { eventLoop in
                let environment = ProcessEnvironment(
                    eventLoop: eventLoop, log: log, logWriter: writer, configurationPath: path, common: common,
                    logThreshold: threshold)
                let process = RunningProcess(name: name, environment: environment)
                process.start(sockets, make: make)
            }
            writer.close(within: 2_000)
            exit(0)
        } catch {
            fail(error)
        }
    }

    private static func configurationPath(_ name: String) -> String {
        let environment = getenv("POSTERN_CONFIG").map { String(cString: $0) }
        switch ProcessArguments.parse(Array(CommandLine.arguments.dropFirst()), environmentPath: environment) {
        case .success(.serve(let path)): return path
        case .success(.version):
            print("postern-\(name) \(posternVersion)")
            exit(0)
        case .success(.help):
            print("usage: postern-\(name) [--config FILE] [--version]")
            exit(0)
        case .failure(let error):
            writeToStandardError("postern-\(name): \(error.text)\nusage: postern-\(name) [--config FILE]\n")
            exit(EX_USAGE)
        }
    }

    static func fail(_ error: any Error) -> Never {
        writeToStandardError("\(error)\n")
        FailedStart.pause(because: error)
        exit((error as? StartError)?.status ?? (error is ConfigurationErrors ? EX_CONFIG : EX_UNAVAILABLE))
    }

    private static func writeToStandardError(_ text: String) {
        var text = text
        _ = text.withUTF8 { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

/// Stands in where only the common part is read; the service's own part is read by the service.
private struct NoConfiguration: ServiceConfiguration {
    init(from mapping: ConfigurationMapping, common: CommonConfiguration) {
        mapping.acceptUnknownKeys()
    }

    func normalised() -> ConfigurationNode { ConfigurationNode(mapping: []) }
}

extension CommonConfiguration.LogLevel {
    /// The level as swift-log names it.
    var level: Logger.Level {
        switch self {
        case .debug: .debug
        case .info: .info
        case .warning: .warning
        case .error: .error
        }
    }
}
