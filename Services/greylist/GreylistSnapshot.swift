/// What is kept in memory of the settings tables, and how it was when it was read.
struct GreylistSnapshot: Sendable {
    var settings = GreylistSettings()
    /// The whitelists that have any row.
    var filledWhitelists: [GreylistStore.Whitelist] = []
    var networks: [NetworkWhitelist] = []
    /// See ``GreylistStore/revision()``.
    var revision: Int64 = 0

    /// Knows nothing.
    init() {}

    /// Reads the tables.
    init(_ store: GreylistStore) throws {
        revision = try store.revision()
        settings = GreylistSettings(try store.settings().map(\.setting))
        filledWhitelists = try GreylistStore.Whitelist.allCases.filter { try store.hasRows($0) }
        networks = try filledWhitelists.map { NetworkWhitelist(try store.networks($0)) }
    }

    /// Why the attempt is none of greylisting's business by the settings tables; nil when it is.
    func exemption(_ subject: GreylistSubject, in store: GreylistStore) throws -> String? {
        let accounts = subject.recipientKeys.map(\.text)
        for whitelist in filledWhitelists {
            if let sender = try store.match(whitelist, senders: subject.senderKeys, accounts: accounts) {
                return "whitelisted \(sender)"
            }
        }
        for list in networks {
            if let network = list.match(subject) { return "whitelisted \(network)" }
        }
        guard let setting = settings.deciding(subject) else { return "no setting" }
        return setting.isActive ? nil : "off by \(setting.description)"
    }
}
