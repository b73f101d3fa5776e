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
        let configured = suite.allInstances
        let wanted = services.isEmpty ? AdminSockets.present(in: suite.common.runtimeDirectory) : services
        var failures: [Int32] = []
        for service in wanted {
            do {
                try reload(service, mayBeLeftOver: services.isEmpty && !configured.contains(service))
            } catch let exit as ExitCode {
                // Those behind it are not to keep the old configuration for that.
                failures.append(exit.rawValue)
            }
        }
        let gravest = [EX_UNAVAILABLE, EX_DATAERR].first { failures.contains($0) }
        if let status = gravest ?? failures.first { throw ExitCode(status) }
    }

    /// Makes one service read the configuration, and prints what came of it.
    private func reload(_ service: String, mayBeLeftOver: Bool) throws {
        try reportingFailure(status: EX_UNAVAILABLE) {
            do {
                _ = try options.ask(service, AdminRequest(verb: "reload"))
                print("\(service): reloaded")
            } catch let failure as CommandFailure where mayBeLeftOver && failure.isRefusedConnection {
                StandardError.write(
                    "postern: \(service): skipped, it is not configured and its socket is a left-over\n")
            }
        }
    }
}
