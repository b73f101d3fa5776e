import ArgumentParser

/// Manages limits and looks at counters.
struct ThrottleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "throttle", abstract: "Limits on messages, sizes and recipients, and their counters.",
        subcommands: [List.self, Counters.self, Set.self, Delete.self, Reset.self])

    struct List: ServiceVerb {
        static let configuration = CommandConfiguration(abstract: "Show the limits.")
        static let service = "throttle"
        @OptionGroup var options: ConfigurationOptions
        @Option(help: "Only of this account: user@domain, @domain, @.domain, @., an address or a network.")
        var account: String?
        @Option(help: "Only of this kind: outbound, external or inbound.")
        var kind: String?

        var request: (verb: String, arguments: [String: String?]) {
            ("list", ["what": "settings", "account": account, "kind": kind])
        }
    }

    struct Counters: ServiceVerb {
        static let configuration = CommandConfiguration(abstract: "Show the counters of the running windows.")
        static let service = "throttle"
        @OptionGroup var options: ConfigurationOptions
        @Option(help: "Only of this account.")
        var account: String?
        @Option(help: "Only of this kind: outbound, external or inbound.")
        var kind: String?

        var request: (verb: String, arguments: [String: String?]) {
            ("list", ["what": "tracking", "account": account, "kind": kind])
        }
    }

    struct Set: ServiceVerb {
        static let configuration = CommandConfiguration(
            abstract: "Make or change a limit.",
            discussion: "A value of 0 is explicitly unlimited; -1 inherits from the next wider account.")
        static let service = "throttle"
        @OptionGroup var options: ConfigurationOptions
        @Option(help: "Whose limit: user@domain, @domain, @.domain, @., an address or a network.")
        var account: String
        @Option(help: "outbound (authenticated senders), external (other senders) or inbound (recipients).")
        var kind = "outbound"
        @Option(help: "The window in seconds.")
        var period: Int?
        @Option(parsing: .unconditional, help: "Messages in one window; each recipient counts as one.")
        var maxMsgs: Int?
        @Option(parsing: .unconditional, help: "Bytes in one window.")
        var maxQuota: Int?
        @Option(parsing: .unconditional, help: "Bytes of one message.")
        var msgSize: Int?
        @Option(parsing: .unconditional, help: "Recipients of one message.")
        var maxRcpts: Int?

        var request: (verb: String, arguments: [String: String?]) {
            (
                "set",
                [
                    "what": "setting", "account": account, "kind": kind, "period": period.map(String.init),
                    "max-msgs": maxMsgs.map(String.init), "max-quota": maxQuota.map(String.init),
                    "msg-size": msgSize.map(String.init), "max-rcpts": maxRcpts.map(String.init),
                ]
            )
        }
    }

    struct Delete: ServiceVerb {
        static let configuration = CommandConfiguration(abstract: "Delete a limit and its counters.")
        static let service = "throttle"
        @OptionGroup var options: ConfigurationOptions
        @Option(help: "Whose limit.")
        var account: String
        @Option(help: "outbound, external or inbound.")
        var kind = "outbound"

        var request: (verb: String, arguments: [String: String?]) {
            ("delete", ["what": "setting", "account": account, "kind": kind])
        }
    }

    struct Reset: ServiceVerb {
        static let configuration = CommandConfiguration(abstract: "Forget an account's counters.")
        static let service = "throttle"
        @OptionGroup var options: ConfigurationOptions
        @Option(help: "The account, as shown by 'postern throttle counters'.")
        var account: String

        var request: (verb: String, arguments: [String: String?]) {
            ("delete", ["what": "tracking", "account": account])
        }
    }
}
