import ArgumentParser
import Glibc
import ServiceProtocol

/// Manages greylisting settings and whitelists.
struct GreylistCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "greylist", abstract: "Greylisting settings, whitelists and triplets.",
        subcommands: [
            List.self, Enable.self, Disable.self, Delete.self, Whitelist.self, WhitelistDomain.self, Forget.self,
        ])

    struct List: ServiceVerb {
        static let configuration = CommandConfiguration(abstract: "Show a table.")
        static let service = "greylist"
        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "settings, whitelists, whitelist-domains or tracking.")
        var table = "settings"

        var request: (verb: String, arguments: [String: String?]) { ("list", ["what": table]) }
    }

    struct Enable: ServiceVerb {
        static let configuration = CommandConfiguration(abstract: "Greylist mail from a sender to an account.")
        static let service = "greylist"
        @OptionGroup var options: ConfigurationOptions
        @OptionGroup var pair: SenderAndAccount

        var request: (verb: String, arguments: [String: String?]) {
            ("set", ["what": "setting", "from": pair.from, "to": pair.to, "active": "1"])
        }
    }

    struct Disable: ServiceVerb {
        static let configuration = CommandConfiguration(abstract: "Do not greylist mail from a sender to an account.")
        static let service = "greylist"
        @OptionGroup var options: ConfigurationOptions
        @OptionGroup var pair: SenderAndAccount

        var request: (verb: String, arguments: [String: String?]) {
            ("set", ["what": "setting", "from": pair.from, "to": pair.to, "active": "0"])
        }
    }

    struct Delete: ServiceVerb {
        static let configuration = CommandConfiguration(abstract: "Delete a setting.")
        static let service = "greylist"
        @OptionGroup var options: ConfigurationOptions
        @OptionGroup var pair: SenderAndAccount

        var request: (verb: String, arguments: [String: String?]) {
            ("delete", ["what": "setting", "from": pair.from, "to": pair.to])
        }
    }

    struct Whitelist: ServiceVerb {
        static let configuration = CommandConfiguration(abstract: "Never greylist a sender, or stop doing so.")
        static let service = "greylist"
        @OptionGroup var options: ConfigurationOptions
        @Option(help: "The sender: user@domain, @domain, @.domain, @. (everybody), an address or a network.")
        var from: String
        @Option(help: "The local account: user@domain, @domain, @.domain or @.")
        var to = "@."
        @Option(help: "A comment.")
        var comment: String?
        @Flag(help: "Remove the entry.")
        var remove = false

        var request: (verb: String, arguments: [String: String?]) {
            let verb = remove ? "delete" : "set"
            let comment = remove ? nil : comment
            return (verb, ["what": "whitelist", "from": from, "to": to, "comment": comment])
        }
    }

    struct WhitelistDomain: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Never greylist the servers of a domain, or stop doing so.",
            discussion:
                "Its servers are those of its SPF record, or else its mail exchanges. They are looked up at once.")
        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "The domain.")
        var domain: String
        @Flag(help: "Remove the domain, and the entries made from its record.")
        var remove = false

        func run() throws {
            try reportingFailure(status: EX_UNAVAILABLE) {
                let arguments = ["what": "whitelist-domain", "from": "@\(domain)"]
                _ = try options.ask("greylist", AdminRequest(verb: remove ? "delete" : "set", arguments: arguments))
                print("done")
                if !remove { lookUp() }
            }
        }

        /// The domain is stored all the same; its servers are looked up with the next upkeep then.
        private func lookUp() {
            do {
                _ = try options.ask("frontend", AdminRequest(verb: "upkeep", arguments: ["service": "greylist"]))
            } catch {
                print("its servers will be looked up later: \(error)")
            }
        }
    }

    struct Forget: ServiceVerb {
        static let configuration = CommandConfiguration(abstract: "Forget what is known about a client address.")
        static let service = "greylist"
        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "The client's address.")
        var client: String

        var request: (verb: String, arguments: [String: String?]) {
            ("delete", ["what": "tracking", "client": client])
        }
    }
}

/// Whose mail to whom; `@.` is anyone.
struct SenderAndAccount: ParsableArguments {
    @Option(help: "The sender: user@domain, @domain, @.domain, @., an address or a network.")
    var from = "@."
    @Option(help: "The local account: user@domain, @domain, @.domain or @.")
    var to = "@."
}
