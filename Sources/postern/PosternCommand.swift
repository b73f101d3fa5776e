import ArgumentParser
import ServiceRuntime

/// The admin command: runs, checks and asks the suite.
@main
struct PosternCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "postern",
        abstract: "A policy suite for Postfix: greylisting, throttling, SRS.",
        version: "postern \(posternVersion)",
        subcommands: [
            RunCommand.self, CheckCommand.self, StatusCommand.self, TestRequestCommand.self, LookupCommand.self,
            DirectoryCommand.self, GreylistCommand.self, ThrottleCommand.self, SRSCommand.self, ReputationCommand.self,
            ReloadCommand.self, MigrateCommand.self,
        ])
}

/// Where the configuration is; every subcommand has it.
struct ConfigurationOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "The configuration file.")
    var config = "/etc/postern/postern.yaml"

    @Option(help: ArgumentHelp("Where the sockets are, instead of the file's runtime-directory.", valueName: "dir"))
    var runtimeDir: String?

    @Option(help: ArgumentHelp("Where the state is, instead of the file's state-directory.", valueName: "dir"))
    var stateDir: String?
}
