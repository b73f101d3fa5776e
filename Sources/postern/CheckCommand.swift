import ArgumentParser
import Configuration
import Frontend
import Glibc
import ServiceProtocol

/// Validates the configuration and prints it as it was understood.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Validate the configuration and print it with every key written out.")

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Also ask the running services.")
    var connect = false

    @Flag(help: "Do not read secret files.")
    var withoutSecrets = false

    @Flag(name: .shortAndLong, help: "Print nothing but errors and warnings.")
    var quiet = false

    func run() throws {
        let suite = try reportingFailure(status: EX_CONFIG) {
            try SuiteConfiguration(options, secrets: withoutSecrets ? .unread : .files)
        }
        for warning in suite.frontend.warnings { StandardError.write("warning: \(warning)\n") }
        if !quiet { print(suite.normalised().yaml(), terminator: "") }
        guard connect else { return }
        try reportingFailure(status: EX_UNAVAILABLE) {
            let (_, known) = try options.ask("frontend", .init(verb: "services"))
            let faults = suite.frontend.services.map(\.name).sorted().count { service in
                let fault = fault(of: service, known: known)
                print("\(service): \(fault ?? "works")")
                return fault != nil
            }
            guard faults == 0 else {
                throw CommandFailure(description: "\(faults) services do not work", status: EX_UNAVAILABLE)
            }
        }
    }

    /// What is wrong with a service; nil when nothing is. A custom service need not have an admin socket.
    private func fault(of service: String, known: [[String]]) -> String? {
        guard known.contains(where: { $0.first == service }) else { return "not known to the frontend, reload it" }
        guard EndpointConfiguration.shippedNames.contains(service) else { return nil }
        do {
            for _ in 0..<Self.opening.tries {
                let (_, rows) = try options.ask(service, .init(verb: "stats"))
                if rows.contains(["database", "failing"]) { return "its database fails, see the log" }
                guard rows.contains(["database", "opening"]) else { return nil }
                usleep(Self.opening.pause)
            }
            return "its database is still being opened"
        } catch {
            return "\(error)"
        }
    }

    /// How often a service that has just started is asked again, and after how many microseconds: it does not know yet
    /// whether its database can be used, but will within the time limit of a connection.
    private static let opening = (tries: 100, pause: UInt32(100_000))
}
