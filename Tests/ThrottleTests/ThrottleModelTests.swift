import MailTypes
import SQLStore
import SuiteFixture
import Testing

@testable import Throttle

/// Random messages against a slow and obvious model: texts, lists and copies, nothing of the service's own types.
@Suite struct ThrottleModelTests {
    struct Row {
        var id: Int64
        var account: String
        var kind: String
        var period: Int64
        var size: Int64
        var rcpts: Int64
        var msgs: Int64
        var quota: Int64
    }

    struct Counter: Equatable {
        var msgs: Int64 = 0
        var quota: Int64 = 0
        var start: Int64
    }

    struct Letter {
        var login: Bool
        var client: String
        var sender: String
        var recipients: [String]
        var all: Bool
        var count: Int64
        var size: Int64
    }

    struct Model {
        var rows: [Row]
        var counters: [String: Counter] = [:]

        func covers(_ row: Row, _ user: String, _ client: String) -> (priority: Int, labels: Int, bits: Int)? {
            let account = row.account
            let domain = user.split(separator: "@").last.map(String.init) ?? ""
            let labels = account.split(separator: ".").count
            switch account {
            case "@ip": return (0, 0, 0)
            case "@.": return user.isEmpty ? nil : (0, 1, 0)
            case client: return (80, 0, 0)
            case "192.0.2.*", "192.0.2.0/24": return client.hasPrefix("192.0.2.") ? (70, 0, 8) : nil
            case "192.0.2.64/26": return client == "192.0.2.77" ? (70, 0, 6) : nil
            case user: return (100, labels, 0)
            default: break
            }
            guard !user.isEmpty else { return nil }
            if account.hasSuffix("@*") { return user.hasPrefix(account.dropLast()) ? (90, 0, 0) : nil }
            if account == "@.test" { return domain.hasSuffix(".test") ? (40, 1, 0) : nil }
            if account.hasPrefix("@.") {
                let parent = account.dropFirst(2)
                return domain == parent || domain.hasSuffix("." + parent) ? (50, labels, 0) : nil
            }
            return account == "@" + domain ? (60, labels, 0) : nil
        }

        func rows(_ kind: String, _ user: String, _ client: String) -> [Row] {
            rows.filter { $0.kind == kind && $0.period > 0 }
                .compactMap { row in covers(row, user, client).map { (row, $0) } }
                .sorted { left, right in
                    if left.1.priority != right.1.priority { return left.1.priority > right.1.priority }
                    if left.0.account == "@ip" || right.0.account == "@ip", left.1.priority == 0 {
                        return left.0.account == "@ip"
                    }
                    if left.1.labels != right.1.labels { return left.1.labels > right.1.labels }
                    if left.1.bits != right.1.bits { return left.1.bits < right.1.bits }
                    return left.0.id < right.0.id
                }
                .map(\.0)
        }

        func isClientRow(_ row: Row) -> Bool { row.account == "@ip" || row.account.first?.isNumber == true }

        func counter(_ row: Row, _ user: String, _ client: String) -> String {
            if row.account == "@ip" || row.account == client { return "\(row.id) \(client)" }
            if isClientRow(row) || row.account.hasSuffix("@*") { return "\(row.id) \(row.account)" }
            return "\(row.id) \(user)"
        }

        mutating func send(_ letter: Letter, now: Int64) -> String {
            let home = letter.sender.split(separator: "@").last.map(String.init)
            let foreign = letter.recipients.filter { home == nil || !$0.hasSuffix("@" + (home ?? "")) }
            if letter.all, !letter.recipients.isEmpty, foreign.isEmpty { return "none" }
            let isOutbound = letter.login || letter.client == "127.0.0.1"
            var checks = [(isOutbound ? "outbound" : "external", letter.sender, letter.count)]
            for recipient in foreign { checks.append(("inbound", recipient, 1)) }
            if letter.recipients.isEmpty || !letter.all { checks.append(("inbound", "", letter.count)) }
            var next = counters
            var clients: Set<String> = []
            for (kind, user, count) in checks {
                let found = rows(kind, user, letter.client)
                if let row = found.first(where: { $0.size >= 0 }), row.size > 0, letter.size > row.size {
                    return "size"
                }
                if let row = found.first(where: { $0.rcpts >= 0 }), row.rcpts > 0, letter.count > row.rcpts {
                    return "recipients"
                }
                let byMessages = found.first { $0.msgs >= 0 }
                let byQuota = found.first { $0.quota >= 0 }
                var counted: [Row] = []
                for row in [byMessages, byQuota].compactMap({ $0 }) where !counted.contains(where: { $0.id == row.id })
                {
                    counted.append(row)
                }
                for row in counted {
                    let name = counter(row, user, letter.client)
                    var value = next[name] ?? Counter(start: now)
                    if now > value.start + row.period { value = Counter(start: now) }
                    if !isClientRow(row) || clients.insert(name).inserted {
                        value.msgs += isClientRow(row) ? letter.count : count
                        value.quota += letter.size
                    }
                    next[name] = value
                }
                if let row = byMessages, row.msgs > 0, let value = next[counter(row, user, letter.client)] {
                    if value.msgs > row.msgs { return "quota" }
                }
                if let row = byQuota, row.quota > 0, let value = next[counter(row, user, letter.client)] {
                    if value.quota > row.quota { return "quota" }
                }
            }
            counters = next
            return "none"
        }
    }

    // MARK: - The comparison

    private static let clients = ["192.0.2.1", "192.0.2.77", "198.51.100.5", "127.0.0.1", "2001:db8::1"]
    private static let senders = ["a@one.test", "b@one.test", "a@sub.one.test", "d@two.test", "e@other.example", ""]
    private static let recipients = ["r@home.test", "s@home.test", "r@sub.home.test", "a@one.test", "x@far.example"]
    private static let accounts = [
        "@.", "@.", "@ip", "@.test", "@one.test", "@.one.test", "a@one.test", "a@*", "r@*", "192.0.2.1", "192.0.2.*",
        "192.0.2.0/24", "192.0.2.64/26", "@home.test", "@.home.test", "@.sub.home.test", "r@home.test", "s@home.test",
    ]

    private func randomRows(_ random: inout Random) -> [Row] {
        var rows: [Row] = []
        for number in 1...(4 + random.below(10)) {
            let account = random.pick(Self.accounts, else: "@.")
            let kind = random.pick(["outbound", "external", "inbound"], else: "inbound")
            guard !rows.contains(where: { $0.account == account && $0.kind == kind }) else { continue }
            rows.append(
                Row(
                    id: Int64(number), account: account, kind: kind,
                    period: random.pick([0, 20, 60, 60, 300], else: 60),
                    size: random.pick([-1, -1, -1, 0, 900], else: -1),
                    rcpts: random.pick([-1, -1, -1, 0, 4], else: -1),
                    msgs: random.pick([-1, -1, 0, 2, 5, 12], else: -1),
                    quota: random.pick([-1, -1, 0, 1500, 6000], else: -1)))
        }
        return rows
    }

    private func randomLetter(_ random: inout Random) -> Letter {
        let sender = random.pick(Self.senders, else: "")
        let recipients = Self.recipients.filter { _ in random.below(3) == 0 }
        let all = !recipients.isEmpty && random.below(3) > 0
        return Letter(
            login: !sender.isEmpty && random.below(2) == 0, client: random.pick(Self.clients, else: "192.0.2.1"),
            sender: sender, recipients: recipients, all: all,
            count: Int64(all ? recipients.count : recipients.count + 1 + random.below(2)),
            size: Int64(random.below(1000)))
    }

    private func operation(_ letter: Letter) -> ThrottleOperation {
        var bypasses = ThrottleMessage.Bypasses()
        bypasses.recipientsOfAuthenticated = false
        let message = message(
            from: letter.sender, to: letter.recipients, all: letter.all, count: letter.count, size: letter.size,
            client: letter.client, authenticated: letter.login)
        return ThrottleOperation(
            deadline: .max, isDryRun: false, message: message,
            subjects: message.subjects(bypassing: bypasses, isTrusted: false), allWildcards: false, wantsDetails: false)
    }

    private func insert(_ rows: [Row], _ connection: some SQLConnection) throws {
        for row in rows {
            try connection.execute(
                """
                INSERT INTO throttle (id, account, kind, period, msg_size, max_rcpts, max_msgs, max_quota)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [.integer(row.id), .text(row.account), .text(row.kind)]
                    + [row.period, row.size, row.rcpts, row.msgs, row.quota].map { .integer($0) })
        }
    }

    private func counters(_ connection: some SQLConnection, _ table: String) throws -> [String: Counter] {
        var counters: [String: Counter] = [:]
        for row in try connection.query("SELECT tid, account, cur_msgs, cur_quota, init_time FROM \(table)") {
            counters["\(row[0].number) \(row[1].string)"] = Counter(
                msgs: row[2].number, quota: row[3].number, start: row[4].number)
        }
        return counters
    }

    /// All engines do what the model does, so they agree.
    @Test(arguments: Engine.allCases, 1...25) func sameVerdictsAndCounters(engine: Engine, seed: UInt64) throws {
        let place = try Place(engine)
        let connection = try place.prepared()
        defer { connection.close() }
        try compare(connection, place.counters, seed: seed)
    }

    private func compare<Connection: ThrottleConnection>(
        _ connection: Connection, _ table: String, seed: UInt64
    ) throws {
        var random = Random(state: seed)
        var model = Model(rows: randomRows(&random))
        try insert(model.rows, connection)
        var handler = ThrottleHandler<Connection>(
            shared: SharedRules(), log: LogLines().logger())
        try handler.connected(to: connection)
        var now = 1_000_000
        for step in 0..<60 {
            now += random.pick([0, 0, 1, 5, 20, 61], else: 1)
            let letters = (0..<(1 + random.below(8))).map { _ in randomLetter(&random) }
            let expected = letters.map { model.send($0, now: Int64(now)) }
            let verdicts = try connection.transaction {
                try handler.decide(letters.map(operation), now: now, in: connection)
            }
            #expect(verdicts.map(\.outcome.rawValue) == expected, "step \(step)")
            #expect(try counters(connection, table) == model.counters, "step \(step)")
        }
    }
}

/// A small generator with a seed (Knuth's multiplier).
struct Random {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(max(1, bound)))
    }

    mutating func pick<Value>(_ values: [Value], else other: Value) -> Value {
        values.isEmpty ? other : values[below(values.count)]
    }
}
