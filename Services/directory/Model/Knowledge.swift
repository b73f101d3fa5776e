package import MailTypes

/// What is known while checks are decided, and what they found missing.
///
/// A decision asks for everything that it could use, as far as it can know, before it gives up for what is missing: so
/// the answers come in few rounds.
package struct Knowledge: Sendable {
    private let board: LookupBoard
    /// The answers that this decision has asked for itself, failures among them, and those that it has found on the
    /// board: it looks there once for each.
    private var answers = LookupList<Answer>()
    private var now: Int
    private let domains: LocalDomains
    /// Of what there is nothing at all, since the decision began: no question about it is made.
    private let empty: Lookup.Kinds

    /// What this decision knows of addresses and of domains: most checks ask for the same two or three, and nothing is
    /// hashed for them here.
    private var accounts = NamedFew<AccountEntry>()
    private var domainEntries = NamedFew<DomainEntry>()

    private var wanted = LookupList<Void>()
    /// Why something cannot be known; the last reason.
    package private(set) var failure: String?

    /// Knowledge of what is on a board now, which others may go on writing on.
    /// - Parameter domains: The domains of the configuration, which are known without asking.
    init(_ board: LookupBoard, domains: LocalDomains) {
        self.board = board
        self.domains = domains
        now = board.now
        empty = board.emptyKinds(now: now)
    }

    /// The same with the answers to what was missing, which stand above those on the board; for another attempt.
    func adding(_ received: [(lookup: Lookup, answer: Answer)]) -> Self {
        var knowledge = self
        knowledge.answers = answers.adding(received)
        knowledge.wanted = LookupList()
        knowledge.failure = nil
        knowledge.now = board.now
        return knowledge
    }

    /// What has to be asked before the decision can be made.
    package var missing: [Lookup] { wanted.lookups }

    /// Whether anything has to be asked.
    var lacksSomething: Bool { !wanted.isEmpty }

    /// Forgets what failed: the next check begins.
    mutating func begin() {
        failure = nil
    }

    /// - Parameter question: Of that kind. It is not made when there is nothing of the kind.
    private mutating func answer(_ kind: Lookup.Kind, _ question: @autoclosure () -> Lookup.Question) -> Answer? {
        empty.contains(kind) ? .nothing(kind) : answer(question())
    }

    private mutating func answer(_ question: Lookup.Question) -> Answer? {
        let lookup = Lookup(question)
        guard let answer = known(lookup) else { return answerOfNothing(lookup) }
        guard case .failed(let reason) = answer else { return answer }
        failure = reason
        return nil
    }

    private mutating func known(_ lookup: Lookup) -> Answer? {
        if let found = answers[lookup] { return found }
        guard let answer = board.answer(to: lookup, now: now) else { return nil }
        answers.add(lookup, answer)
        return answer
    }

    /// Where there are no rows at all nobody has to be asked for each address anew.
    private mutating func answerOfNothing(_ lookup: Lookup) -> Answer? {
        if let kind = lookup.kind {
            switch known(.rows(kind)) {
            case .isEmpty(true)?: return .nothing(kind)
            case nil: want(.rows(kind))
            default: break
            }
        }
        want(lookup)
        return nil
    }

    private mutating func want(_ lookup: Lookup) {
        wanted.set(lookup, to: ())
    }

    /// What a domain is.
    package mutating func domain(_ domain: Domain) -> DomainEntry? {
        if let entry = domainEntries[domain.text] { return entry }
        guard let entry = entry(of: domain) else { return nil }
        domainEntries.add(domain.text, entry)
        return entry
    }

    private mutating func entry(of domain: Domain) -> DomainEntry? {
        let configured = domains.entry(of: domain)
        if let configured, !configured.isOnlyHostname { return configured }
        // Where there are no domains, and of what no administrator could have entered, nothing need be asked for.
        guard !empty.contains(.domain), domain.isListDomain else { return configured ?? .unknown }
        let before = failure
        switch answer(.domain(domain)) {
        case .domain(let found)?: return configured?.adding(found) ?? found
        case nil:
            // That the name is the host's is known whatever the directory's state.
            guard let configured, failure != before else { return nil }
            failure = before
            return configured
        default: return nil
        }
    }

    /// What an address is.
    package mutating func account(_ mailbox: Mailbox) -> AccountEntry? {
        if empty.contains(.account) { return .nothing }
        if let entry = accounts[mailbox.text] { return entry }
        guard case .account(let entry)? = answer(.account(mailbox)) else { return nil }
        accounts.add(mailbox.text, entry)
        return entry
    }

    /// What somebody is to a list.
    package mutating func roles(of person: String, in list: Mailbox) -> ListRoles? {
        guard case .roles(let roles)? = answer(.roles, .roles(list: list, person: person)) else { return nil }
        return roles
    }

    /// Whether a user has subscribed to a list; no when that cannot be found out.
    package mutating func hasSubscribed(_ user: Mailbox, to list: Mailbox) -> Bool? {
        let before = failure
        defer { failure = before }
        switch answer(.subscriber(list: list, user: user)) {
        case .isSubscriber(let found)?: return found
        case nil: return failure == before ? nil : false
        default: return false
        }
    }

    /// The local accounts with access lists that cover an address.
    package mutating func localEntries(_ address: EnvelopeAddress) -> [AccessEntry]? {
        entries(answer(.localEntries, .localEntries(address)))
    }

    /// The entries of access lists that cover an address; see ``Lookup/Question``.
    package mutating func externalEntries(_ address: EnvelopeAddress, withWildcard: Bool) -> [AccessEntry]? {
        entries(answer(.externalEntries, .externalEntries(address, withWildcard: withWildcard)))
    }

    /// The entries of access lists that cover a client.
    package mutating func clientEntries(_ client: ClientAddress) -> [AccessEntry]? {
        entries(answer(.externalEntries, .clientEntries(client)))
    }

    private func entries(_ answer: Answer?) -> [AccessEntry]? {
        guard case .entries(let entries)? = answer else { return nil }
        return entries
    }

    /// What the lists of an account say about an entry.
    package mutating func listing(local: Int64, external: Int64) -> AccessListing? {
        guard case .listing(let listing)? = answer(.listing(local: local, external: external)) else { return nil }
        return listing
    }

    /// What is said about a reverse name.
    package mutating func reverseName(_ name: String) -> ReverseNameEntry? {
        guard case .reverseName(let entry)? = answer(.reverseName, .reverseName(name)) else { return nil }
        return entry
    }
}
