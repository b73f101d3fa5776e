internal import MailTypes

/// The entries of a whitelist that cannot be found by an index: networks, and addresses in a spelling of their own.
struct NetworkWhitelist: Sendable {
    private var byAccount: [String: [Network]] = [:]

    /// How many networks there are.
    var count: Int { byAccount.values.reduce(0) { $0 + $1.count } }

    /// Takes rows; senders that are neither network nor address are left out.
    init(_ rows: [(account: String, sender: String)] = []) {
        for row in rows {
            guard let network = Network(parsing: row.sender) else { continue }
            let account = AddressPattern(parsing: row.account)?.description ?? row.account.lowercased()
            byAccount[account, default: []].append(network)
        }
    }

    /// A network that whitelists the attempt's client for its recipient.
    func match(_ subject: GreylistSubject) -> Network? {
        guard !byAccount.isEmpty else { return nil }
        for key in subject.recipientKeys {
            if let found = byAccount[key.text]?.first(where: { $0.contains(subject.client) }) { return found }
        }
        return nil
    }
}
