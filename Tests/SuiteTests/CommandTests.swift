import Glibc
import SuiteFixture
import Testing

/// The admin command against a running suite: what it prints, what it changes, how it ends.
@Suite(.serialized) struct CommandTests {
    private static let names = ["directory", "greylist", "throttle", "srs", "reputation", "frontend"]
    private let suite: Suite

    init() throws {
        suite = try Suite(
            services: """
                directory: { local-domains: [example.com] }
                greylist: { block-for: 1h }
                """)
    }

    private func rows(_ outcome: Command.Outcome) -> [[String]] {
        outcome.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    }

    // MARK: - check and status

    @Test func check() {
        let outcome = suite.postern(["check"])
        #expect(outcome.status == 0)
        for key in ["common:", "frontend:", "directory:", "greylist:", "throttle:", "srs:", "  block-for: 1h"] {
            #expect(outcome.output.split(separator: "\n").contains(Substring(key)), "\(key)")
        }
        #expect(suite.postern(["check", "--quiet"]).output.isEmpty)
        let connected = suite.postern(["check", "--connect"])
        #expect(connected.status == 0)
        for name in Self.names.dropLast() { #expect(connected.output.contains("\(name): works\n")) }
        #expect(suite.postern(["check", "--quiet", "--connect"]).output.isEmpty)
    }

    @Test func checkNamesWhatDoesNotWork() throws {
        #expect(suite.postern(["check", "--quiet", "--connect"]).status == 0)
        // Its successor starts at once, so the file is replaced before the process is gone.
        #expect(suite.send(SIGSTOP, to: "throttle"))
        for file in ["throttle.db-wal", "throttle.db-shm"] { unlink("\(suite.stateDirectory)/\(file)") }
        try suite.directory.write("this is no database", to: "state/throttle.db")
        #expect(suite.killNine("throttle"))
        #expect(suite.send(SIGSTOP, to: "greylist"))
        defer { _ = suite.send(SIGCONT, to: "greylist") }
        let outcome = suite.postern(["check", "--quiet", "--connect"])
        #expect(outcome.status == EX_UNAVAILABLE)
        #expect(outcome.output.contains("greylist: \(suite.runtimeDirectory)/greylist-admin.sock: no answer in 15 s\n"))
        // Its successor answers before it has opened the file, and is asked again.
        #expect(outcome.output.contains("throttle: its database fails, see the log\n"))
        #expect(!outcome.output.contains("srs: "))
        #expect(outcome.output.contains("postern: 2 services do not work: greylist, throttle\n"))
    }

    /// A service works when each of its configured instances does.
    @Test func checkAsksEachInstance() throws {
        let suite = try Suite(
            frontend: """
                  services:
                    greylist: { endpoints: ["unix:greylist@1.sock", "unix:greylist@2.sock"] }
                    throttle: { endpoints: ["unix:throttle.sock", "unix:second.sock"] }
                    custom: { endpoints: ["unix:custom.sock", "unix:custom2.sock"], checks: [{ name: custom-check }] }
                """)
        func socket(_ name: String) -> String { "\(suite.runtimeDirectory)/\(name)-admin.sock" }
        let working = suite.postern(["check", "--connect"])
        #expect(working.status == 0, "\(working.output)")
        for name in ["custom", "directory", "greylist", "greylist@2", "throttle", "throttle@2"] {
            #expect(working.output.contains("\n\(name): works\n"), "\(name)")
        }
        #expect(!working.output.contains("custom@2"))

        // As the units of systemd are called.
        #expect(rename(socket("greylist"), socket("greylist@1")) == 0)
        let units = suite.postern(["check", "--connect"]).output
        for name in ["greylist@1", "greylist@2"] { #expect(units.contains("\n\(name): works\n"), "\(units)") }
        #expect(!units.contains("\ngreylist: works"))

        unlink(socket("throttle@2"))
        let outcome = suite.postern(["check", "--connect", "--quiet"])
        #expect(outcome.status == EX_UNAVAILABLE)
        let fault = "throttle@2: cannot reach \(socket("throttle@2")): No such file or directory\n"
        #expect(outcome.output.contains(fault), "\(outcome.output)")
        #expect(outcome.output.contains("postern: 1 service does not work: throttle@2\n"), "\(outcome.output)")
        #expect(!outcome.output.contains(": works"))
    }

    /// The table is what was named as one, whatever the columns are called.
    @Test func aColumnTakesNoArgumentsPlace() {
        for verb in ["add", "delete", "delete-all"] {
            for name in ["what", "after", "request", "protocol", "id"] {
                let outcome = suite.postern(["directory", verb, "users", "address=a@example.com", "\(name)=domains"])
                #expect(outcome.status == EX_USAGE, "\(outcome.output)")
                #expect(outcome.output.contains("\(name): no table has this column"), "\(outcome.output)")
            }
        }
        #expect(suite.logLines(with: "audit:").isEmpty)
    }

    @Test func aMissingConfigurationIsAFaultOfTheConfiguration() {
        let commands = [
            ["status"], ["test-request", "a=b"], ["throttle", "list"], ["lookup", "srs-forward", "a@b.c"],
        ]
        for command in commands {
            let outcome = Command.run("\(Suite.binaries)/postern", command + ["--config", "/nonexistent"])
            #expect(outcome.status == EX_CONFIG, "\(command)")
            #expect(outcome.output.contains("/nonexistent: cannot read: No such file or directory"), "\(command)")
        }
    }

    @Test func nobodyIsWhitelistedByOmission() {
        #expect(suite.postern(["greylist", "whitelist"]).status == EX_USAGE)
        #expect(suite.postern(["greylist", "list", "whitelists"]).output == "nothing is listed\n")
    }

    @Test func status() {
        #expect(
            suite.action([
                "protocol_state": "RCPT", "client_address": "192.0.2.1", "sender": "a@example.net",
                "recipient": "b@example.com",
            ]) != nil)
        let outcome = suite.postern(["status"])
        #expect(outcome.status == 0)
        let table = rows(outcome)
        #expect(table.first == ["service", "up", "version", "unanswered", "checks"])
        #expect(table.contains { $0.starts(with: ["greylist", "1/1"]) && $0.last == "greylist" })
        #expect(table.contains { $0.starts(with: ["srs", "0/1"]) })
        #expect(outcome.output.contains("nobody has asked yet"))
        let counters = rows(suite.postern(["status", "frontend"]))
        #expect(counters.contains(["requests.under-way", "0"]))
        #expect(counters.contains { $0.first?.hasPrefix("decisions.RCPT.") == true && $0.last == "1" })
        #expect(rows(suite.postern(["status", "greylist"])).contains(["refused", "1"]))
    }

    @Test func nobodyThere() {
        suite.stop()
        for arguments in [["status"], ["greylist", "list"], ["throttle", "list"], ["reload"], ["test-request"]] {
            let outcome = suite.postern(arguments)
            #expect(outcome.status == EX_UNAVAILABLE, "\(arguments)")
            #expect(outcome.output.contains("cannot reach \(suite.runtimeDirectory)/"), "\(outcome.output)")
        }
    }

    @Test func usage() {
        for arguments in [["nonsense"], ["greylist", "nonsense"], ["throttle", "set"], ["check", "--nonsense"]] {
            #expect(suite.postern(arguments).status == EX_USAGE, "\(arguments)")
        }
        let version = Command.run("\(Suite.binaries)/postern", ["--version"])
        #expect(version.output.hasPrefix("postern "))
        #expect(version.status == 0)
    }

    // MARK: - test-request and lookup

    private func dump(_ database: String) -> [[String]] {
        let tables = suite.query(database, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return tables.flatMap { table in
            table.flatMap { name in [[name]] + suite.query(database, "SELECT * FROM \(name) ORDER BY 1") }
        }
    }

    @Test func testRequestDecidesAndRecordsNothing() throws {
        suite.postern(["throttle", "set", "--account", "@.", "--period", "86400", "--max-msgs", "1"])
        suite.postern(["greylist", "list"])
        let before = [dump("greylist"), dump("throttle")]
        #expect(before.allSatisfy { $0.count > 5 })
        let attributes = ["client_address=192.0.2.1", "sender=a@example.net", "recipient=b@example.com"]
        let login = [
            "protocol_state=END-OF-MESSAGE", "sasl_username=a@example.com", "sender=a@example.com",
            "recipient=b@example.net", "recipient_count=1", "size=5", "instance=dry.run", "client_address=192.0.2.1",
        ]
        for _ in 0..<3 {
            let refused = suite.postern(["test-request"] + attributes)
            #expect(refused.status == 0)
            #expect(refused.output.contains("policy: default\ncheck:  greylist\nreason: new triplet, 3600 s\n"))
            #expect(refused.output.contains("action: 451 4.7.1 Intentional policy rejection, please try again later\n"))
            let passed = suite.postern(["test-request"] + login)
            #expect(passed.output.contains("check:  none had anything to say\n"))
            #expect(passed.output.contains("action: DUNNO\n"))
        }
        #expect([dump("greylist"), dump("throttle")] == before)
        let log = suite.logLines(with: "action=")
        #expect(log.isEmpty)
    }

    @Test func testRequestReadsAFile() throws {
        let text =
            "# from a log\nrequest=smtpd_access_policy\nprotocol_state=RCPT\nsender=\nsasl_username=a@example.com\n"
        let file = try suite.directory.write(text, to: "request")
        let outcome = suite.postern(["test-request", "--file", file, "recipient=b@example.net"])
        #expect(outcome.output.contains("check:  reject-null-sender\n"))
        #expect(outcome.output.contains("action: REJECT Policy rejection due to null sender\n"))
        let missing = suite.postern(["test-request", "--file", "/nonexistent"])
        #expect(missing.output == "postern: cannot read /nonexistent: No such file or directory\n")
        #expect(missing.status == EX_NOINPUT)
    }

    @Test func testRequestRefusesNonsense() {
        let unknown = suite.postern(["test-request", "client_adress=192.0.2.1"])
        #expect(unknown.output.contains("there is no Postfix attribute 'client_adress'"))
        #expect(unknown.status == EX_DATAERR)
        let policy = suite.postern(["test-request", "--policy", "strict"])
        #expect(policy.output.contains("there is no policy 'strict'"))
        #expect(policy.status == EX_DATAERR)
        #expect(suite.postern(["test-request", "sender"]).status == EX_USAGE)
        #expect(
            suite.postern(["test-request", "protocol_state=VRFY"]).output.contains("policy: none for this protocol"))
    }

    @Test func lookup() {
        let left = suite.postern(["lookup", "srs-forward", "a@example.net"])
        // As `postmap -q`: 1 is "not found".
        #expect(left.status == 1)
        #expect(left.output.contains("not-found: No SRS domain, bypassed.\n"))
        #expect(left.output.contains("postern: nothing was rewritten\n"))
        let unknown = suite.postern(["lookup", "srs-sideways", "a@example.net"])
        #expect(unknown.status == EX_DATAERR)
        #expect(unknown.output.contains("map=srs-forward or map=srs-reverse"))
    }

    // MARK: - Services

    private func attempt(_ client: String = "192.0.2.1", _ sender: String = "a@example.net") -> String? {
        suite.action([
            "protocol_state": "RCPT", "client_address": client, "sender": sender, "recipient": "b@example.com",
        ])
    }

    @Test func greylist() {
        #expect(rows(suite.postern(["greylist", "list"])).dropFirst() == [["enabled", "@.", "@.", "0", "0", "-"]])
        #expect(suite.postern(["greylist", "list", "whitelists"]).output == "nothing is listed\n")
        #expect(attempt()?.hasPrefix("451 ") == true)
        let tracked = rows(suite.postern(["greylist", "list", "tracking"]))
        #expect(tracked.count == 2)
        #expect(tracked.last?.contains("192.0.2.1") == true)

        #expect(
            suite.postern(["greylist", "whitelist", "--from", "192.0.2.0/24", "--comment", "friends"]).output
                == "done\n")
        #expect(
            rows(suite.postern(["greylist", "list", "whitelists"])).last?.prefix(3) == [
                "192.0.2.0/24", "@.", "friends",
            ])
        #expect(eventually(within: 2) { attempt() == "DUNNO" })
        #expect(suite.postern(["greylist", "whitelist", "--from", "192.0.2.0/24", "--remove"]).status == 0)
        #expect(eventually(within: 2) { attempt()?.hasPrefix("451 ") == true })

        #expect(suite.postern(["greylist", "disable", "--from", "@example.net", "--to", "@example.com"]).status == 0)
        #expect(eventually(within: 2) { attempt() == "DUNNO" })
        #expect(attempt("192.0.2.1", "a@example.org")?.hasPrefix("451 ") == true)
        #expect(suite.postern(["greylist", "delete", "--from", "@example.net", "--to", "@example.com"]).status == 0)
        #expect(eventually(within: 2) { attempt()?.hasPrefix("451 ") == true })

        #expect(suite.postern(["greylist", "forget", "192.0.2.1"]).status == 0)
        #expect(suite.postern(["greylist", "list", "tracking"]).output == "nothing is listed\n")
        let audits = suite.logLines(with: "audit: uid=\(getuid()) ")
        #expect(audits.count == 5)
    }

    @Test func greylistRefusesNonsense() {
        let domain = suite.postern(["greylist", "whitelist", "--from", "example.net"])
        #expect(domain.status == EX_DATAERR)
        #expect(domain.output.contains("write @example.net for a domain"))
        #expect(suite.postern(["greylist", "forget", "example.net"]).status == EX_DATAERR)
        #expect(suite.postern(["greylist", "list", "secrets"]).status == EX_DATAERR)
        #expect(suite.logLines(with: "audit:").isEmpty)
    }

    @Test func throttle() {
        #expect(suite.postern(["throttle", "list"]).output == "nothing is listed\n")
        let set = ["throttle", "set", "--account", "@example.com", "--period", "600", "--max-msgs", "2"]
        #expect(suite.postern(set).output == "done\n")
        #expect(suite.postern(["throttle", "set", "--account", "@example.com", "--msg-size", "1000"]).status == 0)
        let limits = rows(suite.postern(["throttle", "list"]))
        #expect(limits.count == 2)
        #expect(limits.last?.dropFirst() == ["@example.com", "outbound", "60", "600", "1000", "2", "-1", "-1"][...])
        #expect(suite.postern(["throttle", "list", "--account", "@example.org"]).output == "nothing is listed\n")
        // A limit can go back to what wider accounts say.
        #expect(suite.postern(["throttle", "set", "--account", "@example.com", "--msg-size", "-1"]).output == "done\n")
        #expect(rows(suite.postern(["throttle", "list"])).last?[4...] == ["600", "-1", "2", "-1", "-1"][...])

        #expect((0..<3).map(send) == ["DUNNO", "DUNNO", "REJECT Throttling quota exceeded"])
        let counters = rows(suite.postern(["throttle", "counters", "--account", "a@example.com"]))
        #expect(counters.count == 2)
        #expect(counters.last?.contains("2") == true)
        #expect(suite.postern(["throttle", "reset", "--account", "a@example.com"]).status == 0)
        #expect(suite.postern(["throttle", "counters"]).output == "nothing is listed\n")
        #expect(send(3) == "DUNNO")

        #expect(suite.postern(["throttle", "delete", "--account", "@example.com"]).status == 0)
        #expect(suite.postern(["throttle", "list"]).output == "nothing is listed\n")
        #expect(eventually(within: 2) { (10..<14).map(send) == Array(repeating: "DUNNO", count: 4) })
    }

    private func send(_ number: Int) -> String? {
        suite.action([
            "protocol_state": "END-OF-MESSAGE", "client_address": "192.0.2.1", "sender": "a@example.com",
            "sasl_username": "a@example.com", "recipient": "b@example.net", "recipient_count": "1", "size": "10",
            "instance": "cli.\(number)",
        ])
    }

    @Test func throttleRefusesNonsense() {
        for arguments in [
            ["--account", "a b"], ["--account", "@."], ["--account", "@.", "--period", "0"],
            ["--account", "@.", "--kind", "sideways", "--max-msgs", "1"],
            ["--account", "@.", "--period", "60", "--max-msgs", "-2"],
        ] {
            let outcome = suite.postern(["throttle", "set"] + arguments)
            #expect(outcome.status == EX_DATAERR, "\(arguments): \(outcome.output)")
        }
        #expect(suite.postern(["throttle", "set", "--account", "@.", "--max-msgs", "many"]).status == EX_USAGE)
        #expect(suite.postern(["throttle", "list"]).output == "nothing is listed\n")
    }

    @Test func srs() throws {
        let path = "\(suite.directory.path)/srs-secret"
        try suite.directory.write("a secret\n", to: "srs-secret", mode: 0o600)
        try suite.rewriteConfiguration { $0 + "\nsrs: { domain: srs.test, secret-file: \(path) }\n" }
        let forward = rows(suite.postern(["srs", "forward", "a@example.net"]))
        let address = try #require(forward.last?.last)
        #expect(forward.first == ["result", "text"])
        #expect(address.hasSuffix("@srs.test"))
        #expect(rows(suite.postern(["srs", "reverse", address])).last == ["rewritten", "a@example.net"])
        #expect(rows(suite.postern(["srs", "forward", "a@srs.test"])).last?.first == "bypassed")

        let explained = suite.postern(["srs", "explain", address]).output
        for line in ["kind     ", "valid-until  ", "rewritten: a@example.net", "right, by the secret "] {
            #expect(explained.contains(line), "\(explained)")
        }
        #expect(suite.postern(["srs", "originals"]).output == "nothing is listed\n")

        #expect(suite.postern(["srs", "exclude", "add", "example.net"]).output == "done\n")
        #expect(rows(suite.postern(["srs", "exclude", "list"])) == [["domain"], ["example.net"]])
        #expect(suite.postern(["srs", "forward", "a@sub.example.net"]).output.contains("explicitly excluded"))
        #expect(suite.postern(["srs", "exclude", "delete", "example.net"]).status == 0)
        #expect(suite.postern(["srs", "exclude", "list"]).output == "nothing is listed\n")
        #expect(suite.postern(["srs", "exclude", "add", "not a domain"]).status == EX_DATAERR)
    }

    // MARK: - reload

    @Test func reloadKeepsConnections() throws {
        let socket = try #require(Socket(.tcp(suite.policyPort), timeout: 10))
        func ask() -> String? {
            socket.send(
                PolicyClient.request([
                    "protocol_state": "RCPT", "client_address": "192.0.2.1", "sender": "a@example.net",
                    "recipient": "b@example.com",
                ]))
            return socket.receiveAction()
        }
        #expect(ask() == "451 4.7.1 Intentional policy rejection, please try again later")
        try suite.rewriteConfiguration { $0.replacing("block-for: 1h", with: "message: Come back") }
        let outcome = suite.postern(["reload"])
        #expect(outcome.status == 0)
        #expect(outcome.output == Self.names.map { "\($0): reloaded\n" }.joined())
        #expect(ask() == "451 4.7.1 Come back")
        #expect(suite.postern(["reload", "greylist"]).output == "greylist: reloaded\n")
    }

    /// Nobody listens on a socket that a killed suite has left; only one that is configured is missed.
    @Test func reloadPassesOverLeftOvers() throws {
        func leave(_ name: String) throws {
            _ = try ListeningPath("\(suite.runtimeDirectory)/\(name)-admin.sock")
        }
        try leave("directory@7")
        let outcome = suite.postern(["reload"])
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(
            outcome.output.contains(
                "postern: directory@7: skipped, it is not configured and its socket is a left-over\n"),
            "\(outcome.output)")
        for name in Self.names { #expect(outcome.output.contains("\(name): reloaded\n"), "\(name)") }
        let named = suite.postern(["reload", "directory@7"])
        #expect(named.status == EX_UNAVAILABLE)
        #expect(named.output.contains("directory@7-admin.sock: Connection refused"), "\(named.output)")

        #expect(unlink("\(suite.runtimeDirectory)/greylist-admin.sock") == 0)
        try leave("greylist")
        let missed = suite.postern(["reload"])
        #expect(missed.status == EX_UNAVAILABLE)
        #expect(missed.output.contains("greylist-admin.sock: Connection refused"), "\(missed.output)")
        for name in Self.names where name != "greylist" {
            #expect(missed.output.contains("\(name): reloaded\n"), "\(missed.output)")
        }
    }

    @Test func reloadRefusesABrokenFile() throws {
        #expect(attempt()?.hasPrefix("451 ") == true)
        let processes = suite.processes(of: Self.names)
        try suite.rewriteConfiguration { $0.replacing("block-for: 1h", with: "block-for: soon, message: New") }
        let outcome = suite.postern(["reload"])
        #expect(outcome.status == EX_CONFIG)
        #expect(outcome.output.contains("postern.yaml:"))
        #expect(outcome.output.contains("greylist.block-for: expected a duration"))
        #expect(attempt() == "451 4.7.1 Intentional policy rejection, please try again later")
        #expect(suite.processes(of: Self.names) == processes)
    }

    /// A service that is told to reload without the command's own check says itself what is wrong, and goes on.
    @Test func aServiceKeepsItsOldConfiguration() throws {
        #expect(attempt()?.hasPrefix("451 ") == true)
        try suite.rewriteConfiguration { $0.replacing("block-for: 1h", with: "block-for: soon") }
        let socket = try #require(Socket(.unix("\(suite.runtimeDirectory)/greylist-admin.sock"), timeout: 10))
        socket.send("protocol=1\nid=1\nrequest=reload\n\n")
        let reply = try #require(socket.receive(through: "\n\n"))
        #expect(reply.contains("greylist.block-for: expected a duration"), "\(reply)")
        #expect(attempt() == "451 4.7.1 Intentional policy rejection, please try again later")
    }
}
