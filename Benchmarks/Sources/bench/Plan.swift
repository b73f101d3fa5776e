import Foundation

/// What `make bench` does, in order.
final class Plan {
    private let options: Options
    let installation: Installation
    private let benchmark: Benchmark
    let ending: Ending
    private var unavailable: [(row: String, reason: String)] = []
    /// What `--only` calls the rows of many clients against few.
    private static let growth = "growth"

    init(_ options: Options, _ installation: Installation, _ ending: Ending) {
        self.options = options
        self.installation = installation
        self.ending = ending
        benchmark = Benchmark(installation, rounds: options.rounds, seconds: options.seconds)
    }

    func run() throws -> Report {
        let steadiness = Steadiness.measure()
        let suite = try start(Suite.Variant(name: "sqlite"))
        let idle = zip(Suite.services, suite.processes).map { (service: $0, kibibytes: ProcessFigures.memory([$1])) }
        let floor = try Floor(installation)
        let stopping = Unchecked(floor)
        ending.add { stopping.value.stop() }
        try Rows.train(suite, clients: Rows.knownClients, installation)
        try Rows.setLimits(suite)
        try measureWithoutServices(floor)
        try measure(suite, floor, engine: "SQLite", least: (new: 0.12, throttle: 0.10))
        try measureForwarding(suite)
        try measureSPF(floor)
        try measurePostgreSQL(floor)
        try measureGrowth(suite)
        try DirectoryRows(
            installation: installation, measure: measure, start: start, leaveOut: leaveOut,
            stopLater: { [ending] server in
                let stopping = Unchecked(server)
                ending.add { stopping.value.stop() }
            }
        ).run(floor)
        if options.peers { try measurePeers(floor) }
        guard !benchmark.results.isEmpty || !unavailable.isEmpty else {
            throw Program.Failure(
                description: "--only: no row's name contains \(options.only.joined(separator: " or "))")
        }
        return Report(
            results: benchmark.results, unavailable: unavailable, idleMemory: idle,
            loadedMemory: benchmark.loadedMemory, startTimes: suite.startTimes, logSizes: suite.logSizes,
            steadiness: steadiness + .measure())
    }

    // MARK: Rows

    /// Whether rows with this in their names may be asked for.
    func wants(_ text: String) -> Bool { options.only.isEmpty || options.only.contains { $0.contains(text) } }

    func measure(_ row: Row) throws {
        guard options.only.isEmpty || options.only.contains(where: row.name.contains) else { return }
        try benchmark.measure(row)
    }

    private func measureWithoutServices(_ floor: Floor) throws {
        let frontend = """
              policies:
                default: { RCPT: [reject-null-sender, reject-to-hostname] }
            """
        let suite = try start(Suite.Variant(name: "no-service", frontend: frontend))
        let load = Rows.known()
        try measure(
            Row(
                name: "policy with no service",
                requirements: [.ratio(0.80), .latencyRatio(1.5), .processorTime(12)],
                contender: suite.policy(load), opponent: floor.contender(load)))
    }

    private func measure(
        _ suite: Suite, _ floor: Floor, engine: String, least: (new: Double, throttle: Double),
        database: @escaping () -> [Int32] = { [] }
    ) throws {
        func row(_ name: String, _ requirements: [Row.Requirement], _ load: Load, isFresh: Bool = false) throws {
            var contender = suite.policy(load, isFresh: isFresh)
            contender.databaseProcesses = database
            let opponent = load.rate == nil ? floor.contender(load) : nil
            try measure(
                Row(
                    name: "\(name), \(engine)", requirements: requirements, contender: contender, opponent: opponent))
        }
        try row("default RCPT chain, known client", [.ratio(0.22), .processorTime(50)], Rows.known())
        try row("new triplet each request", [.ratio(least.new)], Rows.new, isFresh: true)
        try row("throttle, 10,000 accounts", [.ratio(least.throttle)], Rows.manyAccounts)
        try row("throttle, one hot account", [.ratio(0.10)], Rows.oneAccount)
        var offered = Rows.new
        offered.rate = 2_000
        try row("new triplets, 2,000/s offered", [.latency(3_000)], offered, isFresh: true)
        var mail = Rows.manyAccounts
        mail.rate = 2_000
        try row("throttle, 2,000/s offered", [.latency(3_000)], mail)
    }

    private func measureForwarding(_ suite: Suite) throws {
        let name = "SRS forward, tcp_table, to postsrsd"
        if let peer = try startPeer(.postsrsd, for: name) {
            try measure(
                Row(
                    name: name, requirements: [.ratio(0.8)], contender: suite.forward(Rows.forward), opponent: peer))
        }
        var offered = Rows.forward
        offered.rate = 5_000
        try measure(
            Row(
                name: "SRS forward, 5,000/s offered", requirements: [.latency(3_000)],
                contender: suite.forward(offered)))
    }

    private func measurePostgreSQL(_ floor: Floor) throws {
        let row = "new triplets and throttle, PostgreSQL"
        guard let programs = PostgreSQL.installedPrograms() else {
            return leaveOut(row, "the server is not installed")
        }
        let server = try PostgreSQL(
            programs: programs, directory: installation.scratch.appendingPathComponent("postgresql"))
        let stopping = Unchecked(server)
        ending.add { stopping.value.stop() }
        let database = "iredapd"
        try server.create(database)
        try server.execute(PostgreSQL.tables, in: database)
        let suite = try start(variant(name: "on-postgresql", on: server, database: database))
        try Rows.train(suite, clients: Rows.knownClients, installation)
        try Rows.setLimits(suite)
        try measure(
            suite, floor, engine: "PostgreSQL", least: (new: 0.08, throttle: 0.06), database: { server.processes })
        try measureGrowth(suite, on: server)
    }

    private func variant(name: String, on server: PostgreSQL, database: String) -> Suite.Variant {
        let store = """
              store: { engine: postgresql, host: \(server.directory.path), database: \(database), user: postgres }
            """
        return Suite.Variant(name: name, greylist: store, throttle: store)
    }

    private var wantsGrowth: Bool { options.growth > 0 && wants(Self.growth) }

    private func measureGrowth(_ small: Suite) throws {
        guard wantsGrowth else { return }
        let known = min(options.growth, Rows.knownOfMany)
        let strangers = options.growth - known
        let isFillable = FileManager.default.isExecutableFile(atPath: GreylistTable.program.path)
        guard strangers == 0 || isFillable else {
            return leaveOut("\(Self.growth), SQLite", "\(GreylistTable.program.path) is not installed")
        }
        print("  filling a table of \(options.growth) clients")
        let variant = Suite.Variant(name: "large")
        var large = try start(variant)
        try Rows.train(large, clients: known, installation)
        if strangers > 0 {
            large.stop()
            try large.greylistTable.addStrangers(strangers)
            large = try start(variant)
        }
        try measureGrowth(small, large, known: known, engine: "SQLite", leastOfNew: 0.5)
    }

    private func measureGrowth(_ small: Suite, on server: PostgreSQL) throws {
        guard wantsGrowth else { return }
        print("  filling a table of \(options.growth) clients on PostgreSQL")
        let database = "large"
        try server.create(database)
        try server.execute(PostgreSQL.tables, in: database)
        try server.execute(PostgreSQL.filling(options.growth), in: database)
        let large = try start(variant(name: "large-on-postgresql", on: server, database: database))
        try measureGrowth(small, large, known: options.growth, engine: "PostgreSQL", leastOfNew: 0.4)
    }

    private func measureGrowth(
        _ small: Suite, _ large: Suite, known: Int, engine: String, leastOfNew: Double
    ) throws {
        let rows = "\(options.growth) rows against \(Rows.knownClients), \(engine)"
        try benchmark.measure(
            Row(
                name: "known clients, \(rows)", requirements: [.ratio(0.75)],
                contender: large.policy(Rows.known(known)), opponent: small.policy(Rows.known())))
        try benchmark.measure(
            Row(
                name: "new triplets, \(rows)", requirements: [.ratio(leastOfNew)],
                contender: large.policy(Rows.new, isFresh: true), opponent: small.policy(Rows.new, isFresh: true)))
    }

    private func measurePeers(_ floor: Floor) throws {
        for peer in Peer.policyServers {
            guard let contender = try startPeer(peer, for: peer.name) else { continue }
            try measure(
                Row(
                    name: peer.name, requirements: [], contender: contender,
                    opponent: floor.contender(peer.load)))
        }
    }

    // MARK: Starting

    func leaveOut(_ row: String, _ reason: String) {
        unavailable.append((row, reason))
    }

    func start(_ variant: Suite.Variant) throws -> Suite {
        let suite = try Suite(variant, installation)
        let stopping = Unchecked(suite)
        ending.add { stopping.value.stop() }
        return suite
    }

    private func startPeer(_ peer: Peer, for row: String) throws -> Contender? {
        guard peer.isInstalled else {
            leaveOut(row, "\(peer.name) is not installed (make bench-peers)")
            return nil
        }
        guard let running = try peer.start(installation) else {
            leaveOut(row, "\(peer.name) did not start; see \(installation.log(peer.name).path)")
            return nil
        }
        let stopping = Unchecked(running)
        ending.add { stopping.value.stop() }
        return Contender(
            port: running.port, load: peer.load, isFresh: peer.isFresh,
            processes: { [running.process] + ProcessFigures.children(of: running.process) })
    }
}

/// What is handed to the end of the program and used nowhere else by then.
struct Unchecked<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) {
        self.value = value
    }
}
