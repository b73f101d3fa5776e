import Foundation

extension Plan {
    /// SPF with a DNS on loopback: what is known from earlier answers, and what has to be asked for.
    func measureSPF(_ floor: Floor) throws {
        guard wants("SPF") else { return }
        guard FileManager.default.isExecutableFile(atPath: NameServer.program.path) else {
            return leaveOut("SPF", "unbound is not installed")
        }
        let server = try NameServer(
            installation.scratch.appendingPathComponent("dns"), log: installation.log("name-server"))
        let stopping = Unchecked(server)
        ending.add { stopping.value.stop() }
        try measureWarm(floor, server, name: "SPF fact for greylisting, warm", checks: "greylist", bypass: true)
        try measureWarm(floor, server, name: "SPF check, warm", checks: "spf", bypass: false)
        try measureCold(server)
    }

    /// Known clients and one domain, so every result is known after the first time.
    private func measureWarm(
        _ floor: Floor, _ server: NameServer, name: String, checks: String, bypass: Bool
    ) throws {
        let suite = try startSPF(server, name: "spf-\(checks)", checks: checks, bypass: bypass, checksHelo: false)
        var load = Rows.known()
        _ = try Load(kind: .client, expected: ["DUNNO"], seconds: 3_600, requests: Rows.knownClients, warmUp: 0)
            .run(at: suite.policyPort, installation)
        load.expected = ["DUNNO"]
        try measure(
            Row(
                name: name, requirements: [.ratio(0.22)], contender: suite.policy(load),
                opponent: floor.contender(load)))
    }

    /// Each HELO name is a new one, and takes five look-ups.
    private func measureCold(_ server: NameServer) throws {
        let suite = try startSPF(server, name: "spf-cold", checks: "spf", bypass: false, checksHelo: true)
        var load = Load(kind: .client, expected: ["DUNNO"])
        load.rate = 300
        try measure(
            Row(
                name: "SPF check, five cold look-ups, 300/s offered", requirements: [.medianLatency(3_000)],
                contender: suite.policy(load, isFresh: true)))
    }

    private func startSPF(
        _ server: NameServer, name: String, checks: String, bypass: Bool, checksHelo: Bool
    ) throws -> Suite {
        var variant = Suite.Variant(name: name, frontend: "  policies: { default: { RCPT: [\(checks)] } }")
        variant.greylistBypass = bypass
        variant.reputation = """
              resolver: { servers: [127.0.0.1:\(server.port)] }
              spf: { check-helo: \(checksHelo) }
            """
        return try start(variant)
    }
}
