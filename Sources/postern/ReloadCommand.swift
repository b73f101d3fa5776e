import ArgumentParser
import Configuration
import Glibc
import ServiceProtocol

/// Makes running services read the configuration again.
struct ReloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Validate the configuration and make the running services take it over.")

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The services to reload, or instances such as greylist@2; all when none is named.")
    var services: [String] = []

    func run() throws {
        let suite = try reportingFailure(status: EX_CONFIG) { try SuiteConfiguration(options, secrets: .unread) }
        let all = AdminSockets.present(in: suite.common.runtimeDirectory)
        try reportingFailure(status: EX_UNAVAILABLE) {
            for service in services.isEmpty ? all : services {
                _ = try options.ask(service, AdminRequest(verb: "reload"))
                print("\(service): reloaded")
            }
        }
    }
}
