internal import DNS
internal import MailTypes

extension SPFEvaluation {
    /// Looks at a directive: nil when it is settled and reading goes on.
    mutating func evaluate(_ directive: SPFDirective, in frame: Frame) -> Step? {
        if let domain = directive.domain, lacksReverseNames(domain.text) { return askForReverseNames(.macro) }
        if directive.asksDNS, let step = countTerm() { return step }
        switch directive.mechanism {
        case .all: return settle(isMatch: true)
        case .network(let network): return settle(isMatch: network.contains(query.client))
        case .include: return include(directive, in: frame)
        case .a, .mx, .ptr, .exists:
            // What no name can be made of does not exist.
            guard let (_, name) = target(directive.domain, in: frame) else { return settle(isMatch: false) }
            return look(up: name, for: directive.mechanism)
        }
    }

    private mutating func include(_ directive: SPFDirective, in frame: Frame) -> Step? {
        guard let (domain, name) = target(directive.domain, in: frame) else {
            return finish(.permerror, problem: "malformed include of \(frame.name)")
        }
        if limits.cutsLoops, visited.contains(name) { return settle(isMatch: false) }
        return askForRecord(of: domain, name, replaces: false)
    }

    private mutating func look(up name: DNSName, for mechanism: SPFDirective.Mechanism) -> Step? {
        switch mechanism {
        case .a(_, let lengths): return ask(name, addressType, for: .addresses(lengths))
        case .mx(_, let lengths): return ask(name, .mx, for: .exchanges(lengths))
        // Section 5.7: whatever the client's family, it is the A record that counts.
        case .exists: return ask(name, .a, for: .existence)
        case .ptr:
            return limits.reverseNamesMatch ? askForReverseNames(.match(name)) : settle(isMatch: false)
        case .all, .network, .include: return settle(isMatch: false)
        }
    }

    // MARK: - Answers

    private func matches(_ answer: DNSAnswer, _ lengths: SPFPrefixLengths) -> Bool {
        answer.addresses.contains { lengths.network(of: $0)?.contains(query.client) ?? false }
    }

    mutating func receiveAddresses(_ answer: DNSAnswer, _ lengths: SPFPrefixLengths) -> Step {
        if let failure = answer.failure { return failed(failure) }
        return settled(isMatch: matches(answer, lengths))
    }

    mutating func receiveExistence(_ answer: DNSAnswer) -> Step {
        if let failure = answer.failure { return failed(failure) }
        return settled(isMatch: !answer.isNegative)
    }

    /// The exchanges of a domain: the nearest ones first, since it is they that send most.
    mutating func receiveExchanges(_ answer: DNSAnswer, _ lengths: SPFPrefixLengths) -> Step {
        if let failure = answer.failure { return failed(failure) }
        guard answer.exchanges.count <= limits.exchanges else {
            return finish(.permerror, problem: "more than \(limits.exchanges) mail exchanges")
        }
        let hosts = answer.exchanges.sorted { $0.preference < $1.preference }.map(\.host).filter { !$0.isRoot }
        return askForExchange(hosts[...], lengths)
    }

    private mutating func askForExchange(_ hosts: ArraySlice<DNSName>, _ lengths: SPFPrefixLengths) -> Step {
        guard let host = hosts.first else { return settled(isMatch: false) }
        return ask(host, addressType, for: .exchangeAddresses(rest: hosts.dropFirst(), lengths))
    }

    mutating func receiveExchangeAddresses(
        _ answer: DNSAnswer, _ rest: ArraySlice<DNSName>, _ lengths: SPFPrefixLengths
    ) -> Step {
        if let failure = answer.failure { return failed(failure) }
        return matches(answer, lengths) ? settled(isMatch: true) : askForExchange(rest, lengths)
    }
}
