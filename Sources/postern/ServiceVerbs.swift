import ArgumentParser
import Glibc
import ServiceProtocol

/// A subcommand that hands one verb to one service's admin socket and prints what comes back.
protocol ServiceVerb: ParsableCommand {
    /// The service.
    static var service: String { get }
    /// The verb and its arguments; an argument whose value is nil is left out.
    var request: (verb: String, arguments: [String: String?]) { get }
    var options: ConfigurationOptions { get }
}

extension ServiceVerb {
    func run() throws {
        try reportingFailure(status: EX_UNAVAILABLE) {
            let (verb, arguments) = request
            let given = arguments.compactMapValues { $0 }
            let (columns, rows) = try options.ask(Self.service, AdminRequest(verb: verb, arguments: given))
            if rows.isEmpty {
                print(verb == "list" ? "nothing is listed" : "done")
            } else {
                TextTable.print(columns, rows)
            }
        }
    }
}
