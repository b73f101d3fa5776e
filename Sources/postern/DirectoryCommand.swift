import ArgumentParser

/// Manages access lists and reverse names, and on SQLite domains and accounts.
struct DirectoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "directory", abstract: "Access lists, reverse names, domains and accounts.",
        subcommands: [AccessList.self, ReverseNames.self, List.self, Add.self, Delete.self, DeleteAll.self])

    /// What is done with a list.
    enum Action: String, ExpressibleByArgument, CaseIterable {
        case list, add, delete, deleteAll = "delete-all"
    }

    /// The two lists of each kind.
    enum Colour: String, ExpressibleByArgument, CaseIterable {
        case whitelist, blacklist
    }

    struct AccessList: ServiceVerb {
        static let configuration = CommandConfiguration(
            commandName: "access-list", abstract: "White and black lists of the server, of domains and of users.",
            discussion: "postern directory access-list add --blacklist bad@example.net @.example.org 192.0.2.0/24")
        static let service = "directory"
        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "list, add, delete or delete-all.")
        var action: Action
        @Argument(help: "Addresses, @domain, @.domain, @., user@*, clients, networks.")
        var addresses: [String] = []
        @Option(help: "Whose list: user@domain, @domain, @.domain; @. is the server's.")
        var account = "@."
        @Flag(help: "Who is welcome.")
        var whitelist = false
        @Flag(help: "Who is refused.")
        var blacklist = false
        @Flag(help: "The lists for mail to others.")
        var outbound = false

        func validate() throws {
            guard whitelist != blacklist else { throw ValidationError("give either --whitelist or --blacklist") }
        }

        var request: (verb: String, arguments: [String: String?]) {
            let given = addresses.isEmpty ? nil : addresses.joined(separator: " ")
            return (
                action.rawValue,
                [
                    "what": "access-list", "account": account, "direction": outbound ? "outbound" : "inbound",
                    "list": whitelist ? "whitelist" : "blacklist", "addresses": given,
                ]
            )
        }
    }

    struct ReverseNames: ServiceVerb {
        static let configuration = CommandConfiguration(
            commandName: "rdns-list", abstract: "Clients by their reverse names: name, or .name with all below it.")
        static let service = "directory"
        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "list, add, delete or delete-all.")
        var action: Action
        @Argument(help: "The name.")
        var name: String?
        @Option(help: "whitelist or blacklist.")
        var list: Colour?

        var request: (verb: String, arguments: [String: String?]) {
            (action.rawValue, ["what": "rdns-list", "name": name, "list": list?.rawValue])
        }
    }

    struct List: ServiceVerb {
        static let configuration = CommandConfiguration(abstract: "Show a table, or the local domains of all kinds.")
        static let service = "directory"
        @OptionGroup var options: ConfigurationOptions
        @Argument(help: tableHelp)
        var table = "local-domains"

        var request: (verb: String, arguments: [String: String?]) { ("list", ["what": table]) }
    }

    struct Add: ServiceVerb {
        static let configuration = CommandConfiguration(
            abstract: "Add an entry to a table in SQLite, or change it.",
            discussion: "postern directory add alias-domains domain=example.org target=example.com")
        static let service = "directory"
        @OptionGroup var options: ConfigurationOptions
        @OptionGroup var entry: TableEntry

        var request: (verb: String, arguments: [String: String?]) { ("add", entry.arguments) }
        func validate() throws { try entry.check() }
    }

    struct Delete: ServiceVerb {
        static let configuration = CommandConfiguration(abstract: "Delete an entry, and what belongs to it.")
        static let service = "directory"
        @OptionGroup var options: ConfigurationOptions
        @OptionGroup var entry: TableEntry

        var request: (verb: String, arguments: [String: String?]) { ("delete", entry.arguments) }
        func validate() throws { try entry.check() }
    }

    struct DeleteAll: ServiceVerb {
        static let configuration = CommandConfiguration(
            commandName: "delete-all", abstract: "Delete all entries of a domain, an alias or a list.")
        static let service = "directory"
        @OptionGroup var options: ConfigurationOptions
        @OptionGroup var entry: TableEntry

        var request: (verb: String, arguments: [String: String?]) { ("delete-all", entry.arguments) }
        func validate() throws { try entry.check() }
    }

    fileprivate static let tableHelp: ArgumentHelp =
        """
        local-domains (to list only), domains, alias-domains, users, additional-addresses, aliases, mailing-lists, \
        members, moderators or owners.
        """

    /// A table and an entry's columns as NAME=VALUE.
    struct TableEntry: ParsableArguments {
        @Argument(help: DirectoryCommand.tableHelp)
        var table: String
        @Argument(
            help: "Columns: domain=, address=, target=, user=, member=, moderator=, owner=, policy=, active=, ...")
        var columns: [String] = []

        /// What a request says beside an entry's columns. A column of such a name would stand in its place: another
        /// table would be changed.
        private static let reserved = ["what", "after", "request", "protocol", "id"]

        func check() throws {
            for column in columns {
                guard let end = column.firstIndex(of: "=") else {
                    throw ValidationError("\(column): expected NAME=VALUE")
                }
                let name = String(column[..<end])
                guard !Self.reserved.contains(name) else { throw ValidationError("\(name): no table has this column") }
            }
        }

        var arguments: [String: String?] {
            var arguments: [String: String?] = ["what": table]
            for column in columns {
                let parts = column.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                arguments[String(parts[0])] = parts.count == 2 ? String(parts[1]) : ""
            }
            return arguments
        }
    }
}
