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

    @Flag(help: "Also ask the running services, each instance of them.")
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
            var faulty: [String] = []
            for service in suite.frontend.services.sorted(by: { $0.name < $1.name }) {
                for (instance, fault) in findings(service, suite, known: known) {
                    if fault != nil { faulty.append(instance) }
                    if fault != nil || !quiet { print("\(instance): \(fault ?? "works")") }
                }
            }
            guard faulty.isEmpty else {
                let what = faulty.count == 1 ? "1 service does not work" : "\(faulty.count) services do not work"
                throw CommandFailure(
                    description: "\(what): \(faulty.joined(separator: ", "))", status: EX_UNAVAILABLE)
            }
        }
    }

    /// The instances of a service, each with what is wrong with it; nil when nothing is. A custom service need not have
    /// admin sockets.
    private func findings(
        _ service: EndpointConfiguration, _ suite: SuiteConfiguration, known: [[String]]
    ) -> [(instance: String, fault: String?)] {
        guard known.contains(where: { $0.first == service.name }) else {
            return [(instance: service.name, fault: "not known to the frontend, reload it")]
        }
        guard EndpointConfiguration.shippedNames.contains(service.name) else {
            return [(instance: service.name, fault: nil)]
        }
        return suite.instances(of: service).map { (instance: $0, fault: fault(of: $0)) }
    }

    /// What is wrong with an instance of a shipped service.
    private func fault(of instance: String) -> String? {
        do {
            for _ in 0..<Self.opening.tries {
                let (_, rows) = try options.ask(instance, .init(verb: "stats"))
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
