internal import MailTypes

/// The keys of rows that cover addresses and clients. What covers a whole domain is there once, however many of its
/// addresses are asked about.
struct AccessKeys {
    private var own: [[String]] = []
    /// By question: whose shared keys are among its keys.
    private var groups: [Int] = []
    /// The first group is that of clients, the second that of addresses without a domain.
    private var shared: [[String]] = [[], [Mailbox.catchAll]]
    private var numbers: [Domain: Int] = [:]

    /// Adds the question about an address.
    /// - Parameter withWildcard: Whether `user@*` covers it too.
    mutating func add(_ address: EnvelopeAddress, withWildcard: Bool = false) {
        guard let mailbox = address.mailbox else { return add([], group: 1) }
        var keys = [mailbox.text]
        if withWildcard, let local = mailbox.localPart.split(separator: "+").first { keys.append("\(local)@*") }
        if let group = numbers[mailbox.domain] { return add(keys, group: group) }
        numbers[mailbox.domain] = shared.count
        add(keys, group: shared.count)
        shared.append(mailbox.domain.policyAddresses)
    }

    /// Adds a question about something with these keys.
    mutating func add(_ keys: [String]) {
        add(keys, group: 0)
    }

    private mutating func add(_ keys: [String], group: Int) {
        own.append(keys)
        groups.append(group)
    }

    /// Every key, those of domains once.
    var all: [String] { own.flatMap(\.self) + Set(shared.joined()) }

    /// By question: the rows that cover it, out of rows by their keys.
    func entries(in rows: [String: AccessEntry]) -> [[AccessEntry]] {
        let common = shared.map { keys in keys.compactMap { rows[$0] } }
        return zip(own, groups).map { keys, group in
            let own = keys.compactMap { rows[$0] }
            return own.isEmpty ? common[group] : own + common[group]
        }
    }
}
