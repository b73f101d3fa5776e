import ArgumentParser
import Glibc
import NIOCore
import PostfixProtocol
import ServiceProtocol

/// Asks the running frontend what it would answer, without recording anything.
struct TestRequestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test-request",
        abstract: "Show what would be answered to a request, which check decides it, and each step's time.",
        discussion: """
            Attributes are Postfix's own, as NAME=VALUE. Nothing is recorded: greylisting and throttling decide and \
            roll back. Example:

              postern test-request client_address=192.0.2.1 sender=a@example.net recipient=b@example.com
            """)

    @OptionGroup var options: ConfigurationOptions

    @Option(help: "The policy to read, when policy_context names none.")
    var policy = "default"

    @Option(name: .shortAndLong, help: "A file with the attributes, one in each line, as Postfix sends them.")
    var file: String?

    @Argument(help: "Attributes as NAME=VALUE; they stand above the file's.")
    var attributes: [String] = []

    func run() throws {
        try reportingFailure(status: EX_UNAVAILABLE) {
            var arguments = ["policy": policy, "attribute.protocol_state": "RCPT"]
            for line in try fileLines() + attributes {
                let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2 else {
                    throw CommandFailure(description: "'\(line)' is not NAME=VALUE", status: EX_USAGE)
                }
                arguments["attribute.\(parts[0])"] = String(parts[1])
            }
            arguments["attribute.request"] = nil
            let (_, rows) = try options.ask("frontend", AdminRequest(verb: "test-request", arguments: arguments))
            Self.show(rows)
        }
    }

    /// As much as the frontend takes of one request, in bytes.
    private static let longestFile = 1 << 20

    private func fileLines() throws(CommandFailure) -> [String] {
        guard let file else { return [] }
        let unreadable = { (code: CInt) in
            CommandFailure(description: "cannot read \(file): \(String(cString: strerror(code)))", status: EX_NOINPUT)
        }
        guard let stream = fopen(file, "r") else { throw unreadable(errno) }
        defer { fclose(stream) }
        var bytes = [UInt8](repeating: 0, count: Self.longestFile + 1)
        let count = fread(&bytes, 1, bytes.count, stream)
        guard ferror(stream) == 0 else { throw unreadable(errno) }
        guard count <= Self.longestFile else {
            throw CommandFailure(description: "\(file) is longer than any request (1 MiB)", status: EX_DATAERR)
        }
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).map(String.init).filter { !$0.hasPrefix("#") }
    }

    private static func show(_ rows: [[String]]) {
        for row in rows where row.count == 4 {
            let text = TextTable.clean(row[2])
            switch row[0] {
            case "step": print("\(row[3]) us  \(row[1]): \(text)")
            case "policy": print("policy: \(row[1].isEmpty ? "none for this protocol state" : row[1])")
            case "check": print("check:  \(row[1].isEmpty ? "none had anything to say" : row[1])\nreason: \(text)")
            case "action": print("action: \(text)\ntime:   \(row[3]) us")
            default: print("\(row[0]): \(row[1]): \(text)")
            }
        }
    }
}

/// Asks a lookup table through the frontend.
struct LookupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lookup", abstract: "Look an address up in srs-forward or srs-reverse, as Postfix would.")

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "srs-forward or srs-reverse.")
    var map: String

    @Argument(help: "The address.")
    var key: String

    func run() throws {
        try reportingFailure(status: EX_UNAVAILABLE) {
            let request = AdminRequest(verb: "lookup", arguments: ["map": map, "key": key])
            let (_, rows) = try options.ask("frontend", request)
            guard let row = rows.first, row.count == 2 else { return }
            print("\(row[0]): \(TextTable.clean(row[1]))")
            if row[0] != "found" { throw CommandFailure(description: "nothing was rewritten", status: 1) }
        }
    }
}
