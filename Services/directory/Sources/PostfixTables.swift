internal import Glibc
internal import MailTypes
internal import PostfixProtocol
internal import SQLStore

/// What Postfix's own tables say about domains and addresses. All keys of a round go to a table in one call.
final class PostfixTables {
    private(set) var settings: PostfixSettings
    private let command: PostfixCommand

    /// The longest file of domains that is read, in bytes.
    private static let longestFile = 16 << 20

    /// Reads main.cf.
    init(_ command: PostfixCommand) throws(SQLError) {
        self.command = command
        settings = try Self.read(command)
    }

    /// Reads main.cf again.
    func reload() throws(SQLError) {
        settings = try Self.read(command)
    }

    private static func read(_ command: PostfixCommand) throws(SQLError) -> PostfixSettings {
        PostfixSettings(try command.run("postconf", ["-x"] + PostfixSettings.names))
    }

    // MARK: - Domains

    /// The entries of domains; those that nobody has are left out.
    func entries(of domains: [Domain]) throws(SQLError) -> [Domain: DomainEntry] {
        let names = Set(domains.map(\.text))
        var local: Set<String> = []
        for list in settings.local { local.formUnion(try matches(list, names.subtracting(local))) }
        let parents = settings.relayCoversSubdomains ? Set(domains.flatMap { $0.parents.map(\.text) }) : []
        let relayed = try matches(settings.relay, names.subtracting(local).union(parents))
        let targets = try targets(of: local)
        var entries: [Domain: DomainEntry] = [:]
        for domain in domains {
            if local.contains(domain.text) {
                let target = targets[domain.text]
                entries[domain] = DomainEntry(hosting: .local, aliasTarget: target, owner: target ?? domain)
            } else if ([domain] + (settings.relayCoversSubdomains ? domain.parents : []))
                .contains(where: { relayed.contains($0.text) })
            {
                entries[domain] = DomainEntry(hosting: .backupMX, owner: domain)
            }
        }
        return entries
    }

    /// A domain whose every address goes to the same local part elsewhere is another name of that domain:
    /// `@alias.example  @example.com`.
    private func targets(of domains: Set<String>) throws(SQLError) -> [String: Domain] {
        let found = try values(of: Set(domains.map { "@\($0)" }), in: settings.aliases)
        var targets: [String: Domain] = [:]
        for (key, value) in found where value.hasPrefix("@") && !value.contains(",") {
            let target = Domain(parsing: value.dropFirst())
            if let target, target.text != key.dropFirst() { targets[String(key.dropFirst())] = target }
        }
        return targets
    }

    private func matches(_ list: [PostfixSettings.Pattern], _ names: Set<String>) throws(SQLError) -> Set<String> {
        var undecided = names
        var matched: Set<String> = []
        for pattern in list where !undecided.isEmpty {
            let found: Set<String>
            switch pattern.kind {
            case .domain(let name): found = undecided.intersection([name])
            case .file(let path): found = undecided.intersection(try words(of: path))
            case .table(let table): found = Set(try values(of: undecided, in: [table]).keys)
            }
            undecided.subtract(found)
            if !pattern.isNegated { matched.formUnion(found) }
        }
        return matched
    }

    private func words(of path: String) throws(SQLError) -> Set<String> {
        guard let file = fopen(path, "re") else { throw SQLError(.ioError, "\(path) cannot be read, error \(errno)") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            guard count > 0 else { break }
            bytes += buffer[..<count]
            guard bytes.count <= Self.longestFile else {
                throw SQLError(.other, "\(path) is longer than \(Self.longestFile) bytes")
            }
        }
        var words: Set<String> = []
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let text = line.prefix { $0 != "#" }
            for word in PostfixSettings.words(String(text)) { words.insert(word.lowercased()) }
        }
        return words
    }

    // MARK: - Accounts

    /// The entries of addresses: aliases with the users they go to, and mailboxes.
    func entries(of mailboxes: [Mailbox]) throws(SQLError) -> [Mailbox: AccountEntry] {
        let names = Set(mailboxes.map(\.text).filter { !$0.contains("\n") })
        let aliases = try values(of: names, in: settings.aliases)
        let users = try values(of: names, in: settings.mailboxes)
        var entries: [Mailbox: AccountEntry] = [:]
        for mailbox in mailboxes {
            let user = users[mailbox.text].map { _ in DirectoryUser() }
            let targets = PostfixSettings.words(aliases[mailbox.text] ?? "").compactMap { Mailbox(parsing: $0) }
            let owners = targets.filter { $0 != mailbox }
            if user != nil || !owners.isEmpty { entries[mailbox] = AccountEntry(user: user, owners: owners) }
        }
        return entries
    }

    // MARK: - Tables

    /// The values of keys, from the first table that has them.
    private func values(of keys: Set<String>, in tables: [String]) throws(SQLError) -> [String: String] {
        var found: [String: String] = [:]
        for table in tables {
            let rest = keys.filter { found[$0] == nil }.sorted()
            guard !rest.isEmpty else { break }
            let input = rest.map { $0 + "\n" }.joined()
            let output = try command.run("postmap", ["-q", "-", table], input: input)
            for line in output.parts(between: UInt8(ascii: "\n")) {
                guard let tab = line.utf8.firstIndex(of: UInt8(ascii: "\t")), case let key = String(line[..<tab]),
                    keys.contains(key)
                else { continue }
                found[key] = found[key] ?? String(line[line.utf8.index(after: tab)...])
            }
        }
        return found
    }

    // MARK: - Listing

    /// All domains that can be listed: those in main.cf, in files, and the keys of tables that postmap(1) can go through.
    func listed() -> [ListedDomain] {
        var kinds: [String: LocalDomains.Kind] = [:]
        for (lists, kind) in [([settings.relay], LocalDomains.Kind.backupMX), (settings.local, .local)] {
            for pattern in lists.joined() where !pattern.isNegated {
                for name in names(pattern) { kinds[name] = kind }
            }
        }
        return kinds.compactMap { name, kind in
            Domain(parsing: name).map { ListedDomain(domain: $0, kind: kind) }
        }.sorted { $0.domain.text < $1.domain.text }
    }

    private func names(_ pattern: PostfixSettings.Pattern) -> [String] {
        switch pattern.kind {
        case .domain(let name): return [name]
        case .file(let path): return (try? words(of: path)).map(Array.init) ?? []
        case .table(let table):
            // A table that is asked over a network, or by patterns, has no list.
            guard let output = try? command.run("postmap", ["-s", table]) else { return [] }
            return output.parts(between: UInt8(ascii: "\n")).compactMap { line in
                let key = Substring(line.utf8.prefix { $0 != UInt8(ascii: "\t") })
                return key.isEmpty || key.utf8.contains(UInt8(ascii: "@")) ? nil : key.lowercased()
            }
        }
    }
}
