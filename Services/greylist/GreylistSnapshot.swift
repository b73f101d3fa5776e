/// What is kept in memory of the settings tables, and how it was when it was read.
struct GreylistSnapshot: Sendable {
    var settings = GreylistSettings()
    /// The whitelists that have any row, with the accounts for which they have some; nil for too many to be kept.
    var filledWhitelists: [(name: GreylistWhitelist, accounts: Set<String>?)] = []
    var networks: [NetworkWhitelist] = []
    /// See ``GreylistStore/revision()``.
    var revision: Int64 = 0

    /// Knows nothing.
    init() {}

    /// Reads the tables.
    init(_ store: GreylistStore<some GreylistConnection>) throws {
        revision = try store.revision()
        settings = GreylistSettings(try store.settings().map(\.setting))
        filledWhitelists = try GreylistWhitelist.allCases.map { ($0, try store.accounts($0)) }
            .filter { $0.accounts?.isEmpty != true }
        networks = try filledWhitelists.map { NetworkWhitelist(try store.networks($0.name)) }
    }

    /// For each attempt why it is none of greylisting's business by the settings tables; nil when it is.
    func exemptions(_ subjects: [GreylistSubject], on connection: some GreylistConnection) throws -> [String?] {
        var reasons: [String?] = Array(repeating: nil, count: subjects.count)
        for whitelist in filledWhitelists {
            let open = subjects.indices.filter { reasons[$0] == nil }
            let matches = try connection.match(whitelist.name, of: whitelist.accounts, open.map { subjects[$0] })
            for (index, sender) in zip(open, matches) { reasons[index] = sender.map { "whitelisted \($0)" } }
        }
        for index in subjects.indices where reasons[index] == nil {
            reasons[index] = exemption(subjects[index])
        }
        return reasons
    }

    /// What is decided by what is in memory.
    private func exemption(_ subject: GreylistSubject) -> String? {
        for list in networks {
            if let network = list.match(subject) { return "whitelisted \(network)" }
        }
        guard let setting = settings.deciding(subject) else { return "no setting" }
        return setting.isActive ? nil : "off by \(setting.description)"
    }
}
