internal import MailTypes
public import ServiceProtocol
internal import Synchronization

/// The kinds of fact this service provides.
enum DirectoryFact: String, CaseIterable {
    /// Whether mail for a domain is taken: `yes` or `no`.
    case local
    /// The domain that a domain is another name for, or `none`.
    case aliasTarget = "alias-target"
    /// A page of all mail domains.
    case localDomains = "local-domains"
    /// Whether an address has an account that may be used: `active`, `disabled` or `none`.
    case account
    /// What an address is: `user`, `alias`, `list` or `none`.
    case addressKind = "address-kind"
}

extension DirectoryService {
    /// Answers what is about a domain in A-label form, or about an address; everything else stays unknown.
    public func facts(_ request: FactRequest, reply: @escaping @Sendable (FactReply) -> Void) {
        let revision = board.revision
        let domains = settings.withLock { $0 }.domains
        if let page = request.names.first(where: { $0.kind == DirectoryFact.localDomains.rawValue }) {
            return listDomains(page, domains) { value in
                reply(FactReply(values: value.map { [page: $0] } ?? [:]))
            }
        }
        tell(request.names, Knowledge(board, domains: domains), isLast: false) { [board] values in
            // What was asked meanwhile may have been read before a change that has been told since.
            reply(FactReply(values: values, revision: board.revision == revision ? revision : nil))
        }
    }

    private func tell(
        _ names: [FactName], _ known: Knowledge, isLast: Bool,
        _ reply: @escaping @Sendable ([FactName: String]) -> Void
    ) {
        var knowledge = known
        var values: [FactName: String] = [:]
        for name in names { values[name] = Self.value(of: name, &knowledge) }
        guard knowledge.lacksSomething, !isLast else { return reply(values) }
        board.fetch(knowledge.missing) { [self, knowledge] received in
            tell(names, knowledge.adding(received), isLast: true, reply)
        }
    }

    private static func value(of name: FactName, _ knowledge: inout Knowledge) -> String? {
        switch DirectoryFact(rawValue: name.kind) {
        case .local:
            guard let domain = domain(name) else { return nil }
            return knowledge.domain(domain).map { $0.hosting == nil ? "no" : "yes" }
        case .aliasTarget:
            guard let domain = domain(name) else { return nil }
            return knowledge.domain(domain).map { $0.aliasTarget?.text ?? "none" }
        case .account:
            return Mailbox(parsing: name.subject).flatMap { knowledge.account($0) }.map(Self.state)
        case .addressKind:
            return Mailbox(parsing: name.subject).flatMap { knowledge.account($0) }.map(Self.kind)
        case .localDomains, nil: return nil
        }
    }

    private static func domain(_ name: FactName) -> Domain? {
        name.hasValidDomain ? Domain(parsing: name.subject) : nil
    }

    private static func state(_ entry: AccountEntry) -> String {
        let states = [entry.user?.isActive, entry.alias?.isActive, entry.mailingList?.isActive].compactMap(\.self)
        if states.contains(true) || !entry.owners.isEmpty { return "active" }
        return states.isEmpty ? "none" : "disabled"
    }

    private static func kind(_ entry: AccountEntry) -> String {
        if entry.user != nil { return "user" }
        if entry.mailingList != nil { return "list" }
        return entry.alias != nil || !entry.owners.isEmpty ? "alias" : "none"
    }

    // MARK: - The list of domains

    /// So many bytes of names are one page, and so many domains of a backend are read for it.
    private static let pageSize = 60_000
    private static let pageDomains = 2_000

    private func listDomains(
        _ name: FactName, _ configured: LocalDomains, _ reply: @escaping @Sendable (String?) -> Void
    ) {
        let cursor = name.subject == "." ? "" : name.subject
        backends.listDomains(after: cursor, limit: Self.pageDomains) { result in
            guard case .success(let page) = result else { return reply(nil) }
            reply(Self.page(page, merging: configured, after: cursor))
        }
    }

    private static func page(_ page: DomainPage, merging configured: LocalDomains, after cursor: String) -> String {
        let merged = page.merging(configured.listed, after: cursor)
        var text = ""
        for listed in merged.domains {
            guard text.utf8.count < pageSize else { return text + "more" }
            text += "\(listed.kind.rawValue):\(listed.domain.text) "
        }
        return merged.isLast ? text : text + "more"
    }
}
