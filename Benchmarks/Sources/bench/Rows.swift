/// What the suite is asked in the rows of the table.
enum Rows {
    static let knownClients = 10_000
    /// Of a larger table's clients on SQLite only so many are made known, which takes two requests for each; nobody asks
    /// about the others.
    static let knownOfMany = 1_000_000
    static let accounts = 10_000
    /// The hot account is none of them.
    static let hotAccount = 90_000
    static let refusal = "451 4.7.1"

    /// A client, sender and recipient that have passed before.
    static func known(_ clients: Int = knownClients) -> Load {
        Load(kind: .client, expected: ["DUNNO"], spread: clients)
    }

    static let new = Load(kind: .client, expected: [refusal])

    static let manyAccounts = Load(kind: .endOfMessage, expected: ["DUNNO"], spread: accounts)
    static let oneAccount = Load(kind: .endOfMessage, expected: ["DUNNO"], first: hotAccount, spread: 1)

    static let forward = Load(kind: .lookup, expected: ["200 SRS0="], spread: 100_000)

    /// Makes the first `count` clients known: each is refused once and retries.
    static func train(_ suite: Suite, clients count: Int, _ installation: Installation) throws {
        for expected in [refusal, "DUNNO"] {
            let load = Load(kind: .client, expected: [expected], seconds: 3_600, requests: count, warmUp: 0)
            _ = try load.run(at: suite.policyPort, installation)
        }
    }

    /// Limits that everybody has and nobody reaches.
    static func setLimits(_ suite: Suite) throws {
        for kind in ["outbound", "inbound"] {
            try suite.command([
                "throttle", "set", "--account", "@.", "--kind", kind, "--period", "86400", "--max-msgs", "1000000000",
                "--max-quota", "1000000000000000",
            ])
        }
    }
}

extension Suite {
    /// Asks this suite's policy.
    func policy(_ load: Load, isFresh: Bool = false) -> Contender {
        Contender(port: policyPort, load: load, isFresh: isFresh, processes: { self.processes }, suite: self)
    }

    /// Asks this suite's table of forwarded senders.
    func forward(_ load: Load) -> Contender {
        Contender(port: forwardPort, load: load, processes: { self.processes }, suite: self)
    }
}
