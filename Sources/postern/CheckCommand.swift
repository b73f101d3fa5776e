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
            let (_, rows) = try options.ask("frontend", .init(verb: "services"))
            for service in suite.frontend.services.map(\.name).sorted() {
                _ = try? options.ask(service, .init(verb: "stats"))
                let isKnown = rows.contains { $0.first == service }
                print("\(service): \(isKnown ? "known to the frontend" : "not known to the frontend, reload it")")
            }
        }
    }
}
