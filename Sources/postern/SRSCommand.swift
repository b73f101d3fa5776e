import ArgumentParser

/// Manages SRS and shows what it would do.
struct SRSCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "srs", abstract: "Rewrite, reverse, domains that are never rewritten, and secrets.",
        subcommands: [Forward.self, Reverse.self, Explain.self, Exclude.self, Originals.self, SRSSecretCommand.self])

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

    struct Explain: ServiceVerb {
        static let configuration = CommandConfiguration(
            abstract: "Show what an address is, who has signed it and when, and what would become of it.")
        static let service = "srs"
        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "Any address.")
        var address: String

        var request: (verb: String, arguments: [String: String?]) { ("explain", ["address": address]) }
    }

    struct Originals: ServiceVerb {
        static let configuration = CommandConfiguration(
            abstract: "Show how many original addresses are kept, and until when.")
        static let service = "srs"
        @OptionGroup var options: ConfigurationOptions

        var request: (verb: String, arguments: [String: String?]) { ("list", ["what": "originals"]) }
    }

    /// Domains that are never rewritten.
    struct Exclude: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Domains that are never rewritten, with their sub-domains.",
            subcommands: [List.self, Add.self, Delete.self])

        struct List: ServiceVerb {
            static let configuration = CommandConfiguration(abstract: "Show them.")
            static let service = "srs"
            @OptionGroup var options: ConfigurationOptions

            var request: (verb: String, arguments: [String: String?]) { ("list", ["what": "exclude-domains"]) }
        }

        struct Add: ServiceVerb {
            static let configuration = CommandConfiguration(abstract: "Never rewrite senders of a domain.")
            static let service = "srs"
            @OptionGroup var options: ConfigurationOptions
            @Argument(help: "The domain; its sub-domains are covered.")
            var domain: String

            var request: (verb: String, arguments: [String: String?]) {
                ("set", ["what": "exclude-domain", "domain": domain])
            }
        }

        struct Delete: ServiceVerb {
            static let configuration = CommandConfiguration(abstract: "Rewrite senders of a domain again.")
            static let service = "srs"
            @OptionGroup var options: ConfigurationOptions
            @Argument(help: "The domain, as it is listed.")
            var domain: String

            var request: (verb: String, arguments: [String: String?]) {
                ("delete", ["what": "exclude-domain", "domain": domain])
            }
        }
    }
}
