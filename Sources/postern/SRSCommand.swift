import ArgumentParser

/// Manages SRS and shows what it would do.
struct SRSCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "srs", abstract: "Rewrite, reverse, and domains that are never rewritten.",
        subcommands: [Forward.self, Reverse.self, Excluded.self, Exclude.self])

    struct Forward: ServiceVerb {
        static let configuration = CommandConfiguration(abstract: "Show what a sender would be rewritten to.")
        static let service = "srs"
        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "The sender.")
        var address: String

        var request: (verb: String, arguments: [String: String?]) { ("forward", ["address": address]) }
    }

    struct Reverse: ServiceVerb {
        static let configuration = CommandConfiguration(abstract: "Show where a bounce would go.")
        static let service = "srs"
        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "The rewritten address.")
        var address: String

        var request: (verb: String, arguments: [String: String?]) { ("reverse", ["address": address]) }
    }

    struct Excluded: ServiceVerb {
        static let configuration = CommandConfiguration(abstract: "Show the domains that are never rewritten.")
        static let service = "srs"
        @OptionGroup var options: ConfigurationOptions

        var request: (verb: String, arguments: [String: String?]) { ("list", ["what": "exclude-domains"]) }
    }

    struct Exclude: ServiceVerb {
        static let configuration = CommandConfiguration(abstract: "Never rewrite a domain, or do so again.")
        static let service = "srs"
        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "The domain; its sub-domains are covered.")
        var domain: String
        @Flag(help: "Rewrite it again.")
        var remove = false

        var request: (verb: String, arguments: [String: String?]) {
            (remove ? "delete" : "set", ["what": "exclude-domain", "domain": domain])
        }
    }
}
