import ArgumentParser
import CPosternSupport
import Configuration
import Frontend
import Glibc
import ServiceProtocol
import Supervisor

/// Runs the whole suite where there is no systemd.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the suite in the foreground: bind the sockets, start services on demand, restart what crashes.",
        discussion: "For trying, containers and tests; under systemd the shipped units do this.")

    @OptionGroup var options: ConfigurationOptions

    @Option(help: ArgumentHelp("Where the daemons are; by default beside this program.", valueName: "dir"))
    var binaries: String?

    func run() throws {
        let suite = try reportingFailure(status: EX_CONFIG) {
            let unread = try SuiteConfiguration(options, secrets: .unread)
            try makeDirectory(unread.common.stateDirectory, mode: 0o750)
            try makeDirectory(unread.common.runtimeDirectory, mode: 0o755)
            try SecretFile.makeIfMissing(for: unread)
            return try SuiteConfiguration(options)
        }
        for warning in suite.frontend.warnings { StandardError.write("warning: \(warning)\n") }
        // As LimitNOFILE= of the shipped units; a login often allows no more than 1,024.
        postern_raise_descriptor_limit(65_536)
        try reportingFailure(status: EX_UNAVAILABLE) {
            // As RestartSec= of the shipped units: mail waits while a service is away.
            let settings = SupervisorSettings(
                runtimeDirectory: suite.common.runtimeDirectory, restarts: RestartSchedule(first: 100, longest: 100))
            let supervisor = try Supervisor(services: services(suite), settings: settings) { line in
                StandardError.write("postern: \(line)\n")
            }
            try supervisor.run()
        }
    }

    private func makeDirectory(_ path: String, mode: mode_t) throws(CommandFailure) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            guard mkdir(made, mode) == 0 || errno == EEXIST else {
                throw CommandFailure(
                    description: "cannot make \(made): \(String(cString: strerror(errno)))", status: EX_CANTCREAT)
            }
        }
    }

    /// One unit for each endpoint of a service that can be started here, and the frontend.
    private func services(_ suite: SuiteConfiguration) throws(SupervisorError) -> [SupervisedService] {
        var services: [SupervisedService] = []
        for service in suite.frontend.services where EndpointConfiguration.shippedNames.contains(service.name) {
            for (index, path) in service.endpoints.enumerated() {
                let name = SuiteConfiguration.instance(of: service.name, at: index)
                let admin = SuiteConfiguration.adminSocket(name, suite.common)
                services.append(
                    unit(
                        name, service.name,
                        [
                            SupervisedSocket(name: "check", address: .unix(path: path)),
                            SupervisedSocket(name: "admin", address: .unix(path: admin)),
                        ]))
            }
        }
        var sockets = suite.frontend.listeners.flatMap { listener in
            listener.addresses.map {
                SupervisedSocket(name: listener.name, address: $0, mode: listener.mode, group: listener.group)
            }
        }
        let admin = SuiteConfiguration.adminSocket("frontend", suite.common)
        sockets.append(SupervisedSocket(name: "admin", address: .unix(path: admin)))
        return services + [unit("frontend", "frontend", sockets)]
    }

    private func unit(_ name: String, _ service: String, _ sockets: [SupervisedSocket]) -> SupervisedService {
        SupervisedService(
            name: name, executable: "\(binaries ?? FilePath.ownDirectory)/postern-\(service)",
            environment: ["POSTERN_CONFIG": FilePath.absolute(options.config)], sockets: sockets)
    }
}
