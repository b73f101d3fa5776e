internal import DNS
internal import DNSClient
internal import MailTypes
internal import PostfixProtocol
internal import ServiceProtocol

/// The check `domain-list`: lists of domains, asked about the sender's domain, the client's reverse name and its HELO
/// name.
struct DomainListCheck: Sendable {
    /// A list with its zone.
    struct List: Sendable {
        var configuration: DomainListConfiguration
        var zone: ListedZone
    }

    private struct Asked: Sendable {
        var list: List
        var identity: DomainListConfiguration.Identity
        var name: DNSName
    }

    var lists: [List]

    /// All zones.
    var zones: [ListedZone] { lists.map(\.zone) }

    /// Asks all lists about all names at once; the same name is asked about once.
    func decide(_ request: PolicyRequest, deadline: Int, completion: @escaping @Sendable (CheckResult) -> Void) {
        let names = Self.names(of: request)
        let asked = lists.flatMap { list in
            names.map { Asked(list: list, identity: $0.identity, name: $0.name) }
        }
        guard !asked.isEmpty else { return completion(.verdict(.none, reason: "nothing to look up")) }
        let address = request.string(.clientAddress)
        let gathering = Gathering<ZoneAnswer>(asked.count) { answers in
            conclude(address, asked, answers, deadline, completion)
        }
        for (index, item) in asked.enumerated() {
            item.list.zone.ask(item.name, deadline: deadline) { gathering.put($0, at: index) }
        }
    }

    /// What of a request can be looked up: names of several labels, no addresses.
    static func names(of request: PolicyRequest) -> [(identity: DomainListConfiguration.Identity, name: DNSName)] {
        DomainListConfiguration.Identity.allCases.compactMap { identity in
            name(text(of: identity, in: request)).map { (identity, $0) }
        }
    }

    private static func text(of identity: DomainListConfiguration.Identity, in request: PolicyRequest) -> String {
        switch identity {
        case .sender: EnvelopeSender(parsing: request.string(.sender)).domain?.text ?? ""
        case .reverseName: request.string(.reverseClientName)
        case .helo: request.string(.heloName)
        }
    }

    private static func name(_ text: String) -> DNSName? {
        let bare = text.hasSuffix(".") ? String(text.dropLast()) : text
        guard IPAddress(parsing: bare) == nil, let domain = Domain(parsing: bare), let name = DNSName(domain) else {
            return nil
        }
        return name.labelCount > 1 ? name : nil
    }

    private func conclude(
        _ address: String, _ asked: [Asked], _ answers: [ZoneAnswer], _ deadline: Int,
        _ completion: @escaping @Sendable (CheckResult) -> Void
    ) {
        let outcome = ListOutcome(
            zip(asked, answers).map { item, answer in
                let configuration = item.list.configuration
                return ListOutcome.Entry(
                    name: "\(configuration.zone.name) as \(item.identity.rawValue) \(item.name)", answer: answer,
                    classes: configuration.classes,
                    action: configuration.actions[item.identity] ?? WeightedAction(.none))
            })
        guard let (index, finding) = outcome.deciding else { return completion(outcome.result(.none)) }
        let item = asked[index]
        let verdict: @Sendable (String?) -> Void = { text in
            completion(
                outcome.result(
                    finding.action.verdict { placeholder in
                        switch placeholder {
                        case "IP": address
                        case "LIST": item.list.configuration.zone.name
                        case "CODE": finding.codes
                        case "CHECK": item.identity.rawValue
                        case "HOSTNAME": item.name.description
                        default: text.map { ", \($0)" } ?? ""
                        }
                    }))
        }
        guard finding.action.uses("INFO") else { return verdict(nil) }
        item.list.zone.askForText(item.name, deadline: deadline, completion: verdict)
    }
}
