import ArgumentParser
import Glibc
import ServiceProtocol

/// Shows what runs.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the services as the frontend sees them, and the counters.")

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "Show the counters of this service (frontend, greylist, throttle ...) or instance (greylist@2).")
    var service: String?

    func run() throws {
        try reportingFailure(status: EX_UNAVAILABLE) {
            if let service {
                let (columns, rows) = try options.ask(service, AdminRequest(verb: "stats"))
                TextTable.print(columns, rows)
            } else {
                let (columns, rows) = try options.ask("frontend", AdminRequest(verb: "services"))
                TextTable.print(columns, rows)
                guard rows.contains(where: { $0.dropFirst().first?.hasPrefix("0/") == true }) else { return }
                print("\nA service that nobody has asked yet is not started; 0/1 is no fault of its own.")
            }
        }
    }
}
