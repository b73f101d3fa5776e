internal import DNS
internal import DNSClient
internal import MailTypes
internal import ServiceProtocol

/// The checks `dnsbl` and `dnswl`: lists of client addresses.
struct AddressListCheck: Sendable {
    /// A list with its zones.
    struct List: Sendable {
        var configuration: AddressListConfiguration
        /// By family, since the two may be of different health.
        var v4: ListedZone?
        var v6: ListedZone?

        func zone(for client: IPAddress) -> ListedZone? {
            switch client {
            case .v4: v4
            case .v6: v6
            }
        }
    }

    var lists: [List]

    /// All zones.
    var zones: [ListedZone] { lists.flatMap { [$0.v4, $0.v6].compactMap { $0 } } }

    /// Asks all lists at once.
    func decide(_ client: IPAddress, deadline: Int, completion: @escaping @Sendable (CheckResult) -> Void) {
        let asked = lists.compactMap { list in list.zone(for: client).map { (list: list, zone: $0) } }
        guard !asked.isEmpty else { return completion(.verdict(.none, reason: "no list for this client")) }
        let subject = DNSName(reversing: client)
        let gathering = Gathering<ZoneAnswer>(asked.count) { answers in
            conclude(client, Array(zip(asked, answers)).map { ($0.list, $0.zone, $1) }, deadline, completion)
        }
        for (index, (_, zone)) in asked.enumerated() {
            zone.ask(subject, deadline: deadline) { gathering.put($0, at: index) }
        }
    }

    private func conclude(
        _ client: IPAddress, _ answers: [(list: List, zone: ListedZone, answer: ZoneAnswer)], _ deadline: Int,
        _ completion: @escaping @Sendable (CheckResult) -> Void
    ) {
        let outcome = ListOutcome(
            answers.map { list, zone, answer in
                ListOutcome.Entry(
                    name: list.configuration.zone.name, answer: answer, classes: list.configuration.classes,
                    action: list.configuration.action)
            })
        guard let deciding = outcome.deciding else { return completion(outcome.result(.none)) }
        let (index, finding) = deciding
        let answer = answers[index]
        let verdict: @Sendable (String?) -> Void = { text in
            completion(
                outcome.result(
                    finding.action.verdict { placeholder in
                        switch placeholder {
                        case "IP": client.description
                        case "LIST": answer.list.configuration.zone.name
                        case "CODE": finding.codes
                        default: text.map { "(\($0))" } ?? ""
                        }
                    }))
        }
        guard finding.action.uses("INFO") else { return verdict(nil) }
        answer.zone.askForText(DNSName(reversing: client), deadline: deadline, completion: verdict)
    }
}
