internal import Logging
internal import MailTypes
internal import SQLStore
public import ServiceProtocol
internal import Synchronization

extension DirectoryService {
    /// The verbs `list`, `add` (or `set`), `delete` and `delete-all`, with `what=`:
    ///
    ///     local-domains                              to list only
    ///     access-list [account=@.] [direction=inbound|outbound] list=whitelist|blacklist addresses="a b"
    ///     rdns-list list=whitelist|blacklist name=
    ///     domains, alias-domains, users, additional-addresses, aliases, mailing-lists, members, moderators, owners
    ///
    /// The last ones are for accounts in Postern's own SQLite file. What a verb changes is in force when it is answered.
    public func administer(_ request: AdminRequest, reply: @escaping @Sendable (AdminReply) -> Void) {
        let verb: DirectoryVerb
        do {
            verb = try DirectoryVerb(request)
        } catch {
            return reply(.failed(error.description))
        }
        carryOut(verb) { [self] answer in
            if !verb.isListing, case .done = answer {
                board.forget()
                log.notice("\(request.auditLine)")
            }
            reply(answer)
        }
    }

    private func carryOut(_ verb: DirectoryVerb, _ reply: @escaping @Sendable (AdminReply) -> Void) {
        switch verb {
        case .localDomains(let after): listDomains(after: after, reply)
        case .accessList(let action, let verb): run(on: backends.lists, reply) { try Self.run(action, verb, on: $0) }
        case .reverseNames(let action, let verb):
            run(on: backends.reverseNames, reply) { try Self.run(action, verb, on: $0) }
        case .table(let action, let table, let verb):
            guard case .sql(let source) = backends.accounts, settings.withLock({ $0.configuration.managesAccounts })
            else {
                return reply(
                    .failed("domains and accounts are managed here only in SQLite; this server's are elsewhere"))
            }
            run(on: source, reply) { try Self.run(action, table, verb, on: $0) }
        }
    }

    private func run(
        on source: SQLSource, _ reply: @escaping @Sendable (AdminReply) -> Void,
        _ body: @escaping @Sendable (any SQLConnection) throws -> AdminReply
    ) {
        source.perform { result in
            do {
                let connection = try result.get()
                reply(try connection.transaction { try body(connection) })
                return nil
            } catch {
                let error = SQLError(of: error)
                reply(.failed("database: \(error)"))
                return error
            }
        }
    }

    // MARK: - Domains of all kinds

    private func listDomains(after cursor: String, _ reply: @escaping @Sendable (AdminReply) -> Void) {
        let configured = settings.withLock { $0 }.domains
        backends.listDomains(after: cursor, limit: AdminReply.maximumRows) { result in
            switch result {
            case .failure(let error): reply(.failed("accounts: \(error)"))
            case .success(let page):
                let merged = page.merging(configured.listed, after: cursor)
                let rows = merged.domains.prefix(AdminReply.maximumRows)
                let isLast = merged.isLast && rows.count == merged.domains.count
                reply(
                    .done(
                        columns: ["domain", "kind", "target"],
                        rows: rows.map { [$0.domain.text, $0.kind.rawValue, $0.target?.text ?? ""] },
                        next: isLast ? nil : rows.last?.domain.text))
            }
        }
    }

    // MARK: - Access lists

    private static func run(
        _ action: DirectoryVerb.Action, _ verb: AccessListVerb, on connection: any SQLConnection
    ) throws -> AdminReply {
        let table = AccessListTable(connection)
        switch action {
        case .list:
            let limit = AdminReply.maximumRows
            let found = try table.list(verb.account, verb.direction, verb.colour, after: verb.after, limit: limit)
            return .done(
                columns: ["address"], rows: found.map { [$0] }, next: found.count < limit ? nil : found.last)
        case .add:
            try table.add(verb.entries, to: verb.account, verb.direction, verb.colour)
            return .done
        case .delete:
            let removed = try table.remove(verb.entries, from: verb.account, verb.direction, verb.colour)
            guard !removed.isEmpty else { return .failed("none of these is in the list") }
            return .done(columns: ["deleted"], rows: removed.map { [$0.description] }, next: nil)
        case .deleteAll:
            let removed = try table.removeAll(from: verb.account, verb.direction, verb.colour)
            return .done(columns: ["deleted"], rows: [["\(removed)"]], next: nil)
        }
    }

    // MARK: - Reverse names

    private static func run(
        _ action: DirectoryVerb.Action, _ verb: ReverseNameVerb, on connection: any SQLConnection
    ) throws -> AdminReply {
        switch action {
        case .list:
            let colours = verb.colour.map { [$0] } ?? ["W", "B"]
            let rows = try connection.query(
                "SELECT rdns, wb FROM wblist_rdns WHERE wb IN (??) AND rdns > ? ORDER BY rdns LIMIT ?",
                rows: colours.map { [.text($0)] }, [.text(verb.after), .integer(Int64(AdminReply.maximumRows))])
            let next = rows.count < AdminReply.maximumRows ? nil : rows.last?[0].string
            return .done(
                columns: ["name", "list"],
                rows: rows.map { [$0[0].string, $0[1].string == "W" ? "whitelist" : "blacklist"] }, next: next)
        case .add:
            try connection.execute("DELETE FROM wblist_rdns WHERE lower(rdns) = ?", [.text(verb.name)])
            try connection.execute(
                "INSERT INTO wblist_rdns (rdns, wb) VALUES (?, ?)", [.text(verb.name), .text(verb.colour ?? "B")])
            return .done
        case .delete:
            let removed = try connection.execute(
                "DELETE FROM wblist_rdns WHERE lower(rdns) = ?", [.text(verb.name)])
            return removed > 0 ? .done : .failed("\(verb.name) is in neither list")
        case .deleteAll:
            let removed = try connection.execute(
                "DELETE FROM wblist_rdns WHERE wb = ?", [.text(verb.colour ?? "B")])
            return .done(columns: ["deleted"], rows: [["\(removed)"]], next: nil)
        }
    }

    // MARK: - Domains and accounts

    private static func run(
        _ action: DirectoryVerb.Action, _ table: AccountTable, _ verb: AccountTableVerb,
        on connection: any SQLConnection
    ) throws -> AdminReply {
        let rows = AccountRows(table: table, connection: connection)
        switch action {
        case .list: return try rows.list(after: verb.after)
        case .add:
            try rows.add(verb)
            return .done
        case .delete: return try rows.delete(verb.keys) > 0 ? .done : .failed("there is no such entry")
        case .deleteAll:
            return .done(columns: ["deleted"], rows: [["\(try rows.deleteGroup(verb.keys))"]], next: nil)
        }
    }

    /// The state of the backends, and figures about kept answers.
    public func statistics() -> [(name: String, value: String)] {
        let configured = settings.withLock { $0 }.domains.all
        let domains = LocalDomains.Kind.allCases.map { kind in
            ("\(kind.rawValue)-domains", "\(configured.count { $0.kind == kind })")
        }
        let (answers, counts) = board.figures
        let standings = backends.alarms.map { (name: $0.name, value: $0.alarm.standing) }
        let database = StoreAlarm.Standing.all(standings.map(\.value))
        return domains + [("database", database.rawValue)] + standings.map { ($0.name, $0.value.rawValue) } + [
            ("kept-answers", "\(answers)"), ("lookups", "\(counts.asked)"), ("failed-lookups", "\(counts.failed)"),
            ("stale-answers", "\(counts.stale)"),
        ]
    }
}
