public import DNS
public import MailTypes

/// The networks from which a domain sends, as its SPF record lists them: for whitelists. A value that is given answers of
/// the DNS and asks the next question. No I/O and no clock.
///
/// Only what is let pass by its address counts: `ip4`, `ip6`, `a` and `mx` without qualifier or with `+`, also of records
/// that are included or redirected to. What cannot be read is left out, as are `ptr`, `exists` and macros, which stand for
/// no networks. A domain without a record is taken to send from its mail exchanges.
public struct SPFNetworks: Sendable {
    /// What comes next.
    public enum Step: Sendable, Equatable {
        /// Ask this, and hand the answer to ``receive(_:)``.
        case ask(DNSQuestion)
        /// The networks, in the order in which they were found, each once.
        case done([Network])
        /// The DNS failed, so nothing is known.
        case failed(DNSFailure)
    }

    /// How much is asked for, and how much is returned.
    public struct Limits: Sendable, Equatable {
        /// Questions for one domain; what would need more is left out.
        public var questions = 20
        /// Networks of one domain; more are left out.
        public var networks = 1_000

        /// The shipped limits.
        public init() {}
    }

    private enum Work: Sendable {
        /// The record of a domain; `isFirst` is the domain itself.
        case record(DNSName, isFirst: Bool)
        case addresses(DNSName, DNSRecordType, SPFPrefixLengths)
        case exchanges(DNSName, SPFPrefixLengths)

        var question: DNSQuestion {
            switch self {
            case .record(let name, _): DNSQuestion(name, .txt)
            case .addresses(let name, let type, _): DNSQuestion(name, type)
            case .exchanges(let name, _): DNSQuestion(name, .mx)
            }
        }
    }

    private let limits: Limits
    /// What is to be asked, the next at the end.
    private var work: [Work]
    private var open: Work?
    private var asked: Set<DNSQuestion> = []
    private var networks: [Network] = []
    private var known: Set<Network> = []

    /// The networks of a domain.
    public init(of domain: DNSName, limits: Limits = Limits()) {
        self.limits = limits
        work = [.record(domain, isFirst: true)]
    }

    /// Begins.
    public mutating func start() -> Step { next() }

    /// The answer to the open question.
    public mutating func receive(_ answer: DNSAnswer) -> Step {
        if let failure = answer.failure { return .failed(failure) }
        switch open {
        case nil: break
        case .record(let name, let isFirst): receiveRecord(answer, of: name, isFirst: isFirst)
        case .addresses(_, _, let lengths):
            for address in answer.addresses { add(lengths.network(of: address)) }
        case .exchanges(_, let lengths): receiveExchanges(answer, lengths)
        }
        open = nil
        return next()
    }

    /// The next question that was not asked before: a name is evaluated once.
    private mutating func next() -> Step {
        while let item = work.popLast() {
            guard asked.count < limits.questions else { break }
            guard asked.insert(item.question).inserted else { continue }
            open = item
            return .ask(item.question)
        }
        return .done(networks)
    }

    private mutating func add(_ network: Network?) {
        guard let network, networks.count < limits.networks, known.insert(network).inserted else { return }
        networks.append(network)
    }

    private mutating func receiveExchanges(_ answer: DNSAnswer, _ lengths: SPFPrefixLengths) {
        let hosts = answer.exchanges.sorted { $0.preference < $1.preference }.map(\.host).filter { !$0.isRoot }
        work += hosts.reversed().flatMap { Self.addresses(of: $0, lengths) }
    }

    private static func addresses(of host: DNSName, _ lengths: SPFPrefixLengths) -> [Work] {
        [.addresses(host, .aaaa, lengths), .addresses(host, .a, lengths)]
    }

    /// Several records are a fault of the domain's; the first one counts.
    private mutating func receiveRecord(_ answer: DNSAnswer, of name: DNSName, isFirst: Bool) {
        guard let text = answer.texts.first(where: SPFRecord.isRecord) else {
            if isFirst { work.append(.exchanges(name, SPFPrefixLengths())) }
            return
        }
        let record = SPFRecord(lenientlyReading: text)
        var found: [Work] = []
        for directive in record.directives where directive.result == .pass {
            found += take(directive.mechanism, of: name)
        }
        if let redirect = record.redirect, !record.hasAll, let target = redirect.plainName {
            found.append(.record(target, isFirst: false))
        }
        work += found.reversed()
    }

    /// Takes a network at once; says what has to be asked for the others, in the order of asking.
    private mutating func take(_ mechanism: SPFDirective.Mechanism, of name: DNSName) -> [Work] {
        switch mechanism {
        case .network(let network):
            add(network)
            return []
        case .include(let domain): return domain.plainName.map { [.record($0, isFirst: false)] } ?? []
        case .a(let domain, let lengths):
            guard let host = domain.map(\.plainName) ?? name else { return [] }
            return Self.addresses(of: host, lengths).reversed()
        case .mx(let domain, let lengths):
            guard let host = domain.map(\.plainName) ?? name else { return [] }
            return [.exchanges(host, lengths)]
        case .all, .ptr, .exists: return []
        }
    }
}

extension SPFDomainSpec {
    /// The name, where it has no macros and is one.
    fileprivate var plainName: DNSName? {
        guard text.pieces.count == 1, case .text(let bytes) = text.pieces[0] else { return nil }
        return DNSName(bytes)
    }
}
