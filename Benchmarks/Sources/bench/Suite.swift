import Foundation

/// The suite under measurement: `postern run` with a configuration and a state directory of its own.
final class Suite {
    static let services = ["frontend", "directory", "greylist", "reputation", "srs", "throttle"]

    /// How a suite differs from the shipped defaults.
    struct Variant {
        var name: String
        /// Further top-level text of the configuration, such as the frontend's policies or a store.
        var frontend = ""
        var directory = ""
        var greylist = ""
        var throttle = ""
        /// Whether greylisting asks for the SPF record of the sender's domain.
        var greylistBypass = false
        /// A closed port as it is: nothing asks the network.
        var reputation = "  resolver: { servers: [127.0.0.1:9] }"
    }

    let variant: Variant
    let policyPort: Int
    let forwardPort: Int
    let startTimes: [(service: String, milliseconds: Double)]
    private let installation: Installation
    private let directory: URL
    private let program: Program

    /// Starts it, and every service of it, measuring how long each takes from the first connection to the first answer.
    init(_ variant: Variant, _ installation: Installation) throws {
        self.variant = variant
        self.installation = installation
        directory = installation.scratch.appendingPathComponent(variant.name)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        policyPort = try LoopbackSocket.unusedPort()
        forwardPort = try LoopbackSocket.unusedPort()
        let file = Self.configurationFile(directory)
        let text = Self.configuration(variant, directory, policyPort: policyPort, forwardPort: forwardPort)
        try Data(text.utf8).write(to: file)
        program = try Program(
            installation.postern, ["run", "--config", file.path], log: installation.log(variant.name))
        do {
            startTimes = try Self.startServices(directory, policyPort: policyPort, log: installation.log(variant.name))
        } catch {
            program.stop()
            throw error
        }
    }

    func stop() { program.stop() }

    // MARK: Figures

    /// The services' process ids; `postern run` itself only watches and is not counted.
    var processes: [Int32] {
        Self.services.compactMap { service in
            let file = directory.appendingPathComponent("run/\(service).pid").path
            let text = try? String(contentsOfFile: file, encoding: .utf8)
            return text.flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
        }
    }

    /// What greylisting keeps, where it keeps it on SQLite.
    var greylistTable: GreylistTable {
        GreylistTable(path: directory.appendingPathComponent("state/greylist.db").path)
    }

    /// The size of each database's write-ahead log in bytes.
    var logSizes: [(database: String, bytes: Int)] {
        ["greylist", "throttle"].map { name in
            let path = directory.appendingPathComponent("state/\(name).db-wal").path
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            return (name, attributes?[.size] as? Int ?? 0)
        }
    }

    /// The frontend's counters.
    func counters() throws -> [String: Int] {
        var counters: [String: Int] = [:]
        for line in try command(["status", "frontend"]).split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, let value = Int(words[1]) { counters[String(words[0])] = value }
        }
        return counters
    }

    /// How many checks and look-ups went by their failure rule so far: their answers look like others.
    func failures() throws -> Int {
        try counters().reduce(0) { $0 + ($1.key.hasSuffix(".failed") ? $1.value : 0) }
    }

    /// Runs the admin command.
    @discardableResult
    func command(_ arguments: [String]) throws -> String {
        try Program.output(installation.postern, arguments + ["--config", Self.configurationFile(directory).path])
    }

    // MARK: Start

    private static func configurationFile(_ directory: URL) -> URL {
        directory.appendingPathComponent("postern.yaml")
    }

    private static func configuration(
        _ variant: Variant, _ directory: URL, policyPort: Int, forwardPort: Int
    ) -> String {
        """
        common:
          runtime-directory: \(directory.path)/run
          state-directory: \(directory.path)/state
          hostname: mx.example.com
          log: { destination: stderr }
        frontend:
          listeners:
            policy: { protocol: policy, policy: default, addresses: ["127.0.0.1:\(policyPort)"] }
            srs-forward: { protocol: tcp-table, map: srs-forward, addresses: ["127.0.0.1:\(forwardPort)"] }
        \(variant.frontend)
        directory:
          local-domains: [example.com]
        \(variant.directory)
        greylist:
          # The second attempt passes, however soon it comes.
          block-for: 0s
          spf-bypass: \(variant.greylistBypass)
        \(variant.greylist)
        reputation:
        \(variant.reputation)
        throttle:
          # The limits of both sides count.
          bypass-local-recipient-for-authenticated: false
        \(variant.throttle)
        srs:
          domain: srs.example.com
          secret-file: \(directory.path)/state/srs.secret
        """ + "\n"
    }

    private static func startServices(
        _ directory: URL, policyPort: Int, log: URL
    ) throws -> [(service: String, milliseconds: Double)] {
        let run = directory.appendingPathComponent("run").path
        // The sockets are announced when all of them are there; to try one would start its service.
        _ = try waiting(for: "the suite's sockets") {
            let text = try? String(contentsOf: log, encoding: .utf8)
            return text?.contains("frontend: listening on 127.0.0.1:\(policyPort)") == true ? true : nil
        }
        return try services.map { service in
            // An empty request is answered by the frontend alone.
            let (request, socket): (String, () throws -> LoopbackSocket) =
                service == "frontend"
                ? ("\n", { try LoopbackSocket(port: policyPort) })
                : ("protocol=1\nid=0\nrequest=hello\n\n", { try LoopbackSocket(path: "\(run)/\(service).sock") })
            let start = DispatchTime.now().uptimeNanoseconds
            let connection = try socket()
            defer { connection.close() }
            _ = try connection.ask(request)
            return (service, Double(DispatchTime.now().uptimeNanoseconds - start) / 1_000_000)
        }
    }
}
