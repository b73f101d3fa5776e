import ArgumentParser

/// Shows what the reputation service knows, and manages scores.
struct ReputationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reputation", abstract: "DNS lists, SPF and scores of clients.",
        subcommands: [List.self, SPF.self, Score.self])

    struct List: ServiceVerb {
        static let configuration = CommandConfiguration(abstract: "Show a table.")
        static let service = "reputation"
        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "lists or senderscores.")
        var table = "lists"

        var request: (verb: String, arguments: [String: String?]) { ("list", ["what": table]) }
    }

    struct SPF: ServiceVerb {
        static let configuration = CommandConfiguration(abstract: "Evaluate SPF for a client.")
        static let service = "reputation"
        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "The client's address.")
        var client: String
        @Option(help: "The envelope sender. Without it the HELO name is evaluated.")
        var sender: String?
        @Option(help: "The name the client gives in HELO or EHLO.")
        var helo: String?

        var request: (verb: String, arguments: [String: String?]) {
            ("spf", ["client": client, "sender": sender, "helo": helo])
        }
    }

    struct Score: ServiceVerb {
        static let configuration = CommandConfiguration(
            abstract: "Give a client a score that holds until it is deleted, or delete its score.")
        static let service = "reputation"
        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "The client's address.")
        var client: String
        @Option(help: "From 0, the worst, to 100.")
        var score: Int = 100
        @Flag(help: "Delete its score.")
        var remove = false

        var request: (verb: String, arguments: [String: String?]) {
            (
                remove ? "delete" : "set",
                ["what": "senderscore", "client": client, "score": remove ? nil : "\(score)"]
            )
        }
    }
}
