import ArgumentParser
import Configuration
import Glibc
import SRS
import ServiceProtocol

/// Manages the secrets of SRS. They stay in their file: no command line, no reply and no log holds one.
struct SRSSecretCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret", abstract: "The secrets that sign rewritten addresses, by their fingerprints.",
        discussion: """
            A secret is changed in two steps: 'add' on every host, and when all of them have it, 'promote' on every host. \
            The file with the secrets is changed where the command runs.
            """,
        subcommands: [List.self, Add.self, Promote.self, Remove.self])

    struct List: ServiceVerb {
        static let configuration = CommandConfiguration(
            abstract: "Show what the running service signs and verifies with.")
        static let service = "srs"
        @OptionGroup var options: ConfigurationOptions

        var request: (verb: String, arguments: [String: String?]) { ("list", ["what": "secrets"]) }
    }

    struct Add: SecretChange {
        static let configuration = CommandConfiguration(
            abstract: "Add a new secret, which verifies and does not sign yet.")
        @OptionGroup var options: ConfigurationOptions
        @Flag(help: "Read the secret from standard input, one line, instead of making one: as for a second host.")
        var stdin = false

        func change(_ list: inout SRSSecretList, _ rules: SecretRules) throws {
            guard let secret = SRSSecret(stdin ? try SecretText.fromStandardInput() : SecretText.random()) else {
                throw CommandFailure(description: "the secret is empty", status: EX_DATAERR)
            }
            try list.add(secret)
        }
    }

    struct Promote: SecretChange {
        static let configuration = CommandConfiguration(
            abstract:
                "Sign with a secret from now on; the one before verifies until what it has signed is no longer valid.")
        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "The fingerprint, or its beginning.")
        var fingerprint: String

        func change(_ list: inout SRSSecretList, _ rules: SecretRules) throws {
            try list.promote(fingerprint, today: rules.today, validity: rules.validity)
        }
    }

    struct Remove: SecretChange {
        static let configuration = CommandConfiguration(
            abstract: "Remove a secret; what it has signed is not reversed any more.")
        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "The fingerprint, or its beginning.")
        var fingerprint: String

        func change(_ list: inout SRSSecretList, _ rules: SecretRules) throws {
            try list.remove(fingerprint, today: rules.today)
        }
    }
}

/// What a change of the secrets goes by.
struct SecretRules {
    /// Today, in days since 1970-01-01 UTC.
    var today: Int
    /// The days a rewritten address is good for.
    var validity: Int
}

/// A subcommand that changes the file with the secrets, and makes the running services take it over.
protocol SecretChange: ParsableCommand {
    var options: ConfigurationOptions { get }
    func change(_ list: inout SRSSecretList, _ rules: SecretRules) throws
}

extension SecretChange {
    func run() throws {
        let (path, validity, common) = try reportingFailure(status: EX_CONFIG) { try place() }
        let rules = SecretRules(today: SRSTimestamp.day(unixTime: Int64(time(nil))), validity: validity)
        let list = try reportingFailure(status: EX_NOPERM) {
            do {
                return try SecretFile(path: path).changed { try change(&$0, rules) }
            } catch let fault as SRSSecretList.Fault {
                throw CommandFailure(description: "\(path): \(fault)", status: EX_DATAERR)
            }
        }
        let signing = list.signing(on: rules.today)
        TextTable.print(
            ["fingerprint", "use", "until"],
            list.secrets.map { secret in
                let use = secret == signing ? "signs" : secret.isValid(on: rules.today) ? "verifies" : "ended"
                return [secret.fingerprint, use, secret.lastDay.map { "\(CalendarDay($0))" } ?? "-"]
            })
        takeOver(list, AdminSockets.present(in: common.runtimeDirectory))
    }

    private func place() throws -> (path: String, validity: Int, common: CommonConfiguration) {
        let suite = try SuiteConfiguration(options, secrets: .unread)
        let srs = suite.parts.first { $0.name == "srs" }?.part as? SRSConfiguration
        guard let srs, let path = srs.secretFile else {
            throw CommandFailure(description: "srs.secret-file is not in the configuration", status: EX_CONFIG)
        }
        return (path, srs.validityDays, suite.common)
    }

    /// Under systemd a service has a copy of the file that was made when it started.
    private func takeOver(_ list: SRSSecretList, _ sockets: [String]) {
        let wanted = list.secrets.map(\.fingerprint)
        for service in sockets where service == "srs" || service.hasPrefix("srs@") {
            do {
                _ = try options.ask(service, AdminRequest(verb: "reload"))
                let listing = AdminRequest(verb: "list", arguments: ["what": "secrets"])
                let found = try options.ask(service, listing).rows.compactMap(\.first)
                guard found != wanted else { continue }
                StandardError.write("postern: \(service) still has other secrets: restart it\n")
            } catch {
                StandardError.write("postern: \(service) has not taken the file over: \(error)\n")
            }
        }
    }
}
