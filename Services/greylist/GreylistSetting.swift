internal import MailTypes

/// A row of the table `greylisting`: whether mail from a sender to an account is greylisted.
struct GreylistSetting: Sendable, Hashable {
    var id: Int64
    /// Whom the mail is for, as stored, in lower case.
    var account: String
    /// The stored priority of the account.
    var priority: Int
    /// Who sends it, as stored, in lower case.
    var sender: String
    /// The stored priority of the sender.
    var senderPriority: Int
    /// Whether such mail is greylisted.
    var isActive: Bool

    /// `SENDER -> ACCOUNT`, for the log.
    var description: String { "\(sender) -> \(account)" }
}

/// All settings, in a form in which the one that decides is found quickly.
struct GreylistSettings: Sendable {
    private struct Entry: Sendable {
        var setting: GreylistSetting
        var accountPattern: AddressPattern
        var senderPattern: AddressPattern
        var network: Network?
    }

    private var byAccount: [String: [Entry]] = [:]

    /// How many settings there are.
    var count: Int { byAccount.values.reduce(0) { $0 + $1.count } }

    /// Takes the rows. An account or sender that is no list entry counts by its text, as the least specific one.
    init(_ rows: [GreylistSetting] = []) {
        for row in rows {
            let entry = Self.entry(row)
            byAccount[entry.setting.account, default: []].append(entry)
        }
    }

    private static func entry(_ row: GreylistSetting) -> Entry {
        var row = row
        let account = AddressPattern(parsing: row.account)
        let sender = AddressPattern(parsing: row.sender)
        row.account = account?.description ?? row.account.lowercased()
        row.sender = sender?.description ?? row.sender.lowercased()
        var network: Network?
        if case .cidr(let found) = sender {
            network = found
            // iRedAPD's tool stores 0 for networks, which would put them behind every other sender.
            row.senderPriority = max(row.senderPriority, AddressPattern.Kind.cidr.priority)
        }
        return Entry(
            setting: row, accountPattern: account ?? .catchall, senderPattern: sender ?? .catchall, network: network)
    }

    /// The setting that decides about the attempt; nil when none covers it.
    func deciding(_ subject: GreylistSubject) -> GreylistSetting? {
        var best: (setting: GreylistSetting, order: GreylistSettingOrder)?
        for key in subject.recipientKeys {
            for entry in byAccount[key.text] ?? [] where Self.covers(entry, subject) {
                let order = GreylistSettingOrder(
                    entry.setting, account: entry.accountPattern, sender: entry.senderPattern,
                    isAliasDerived: key.isAliasDerived)
                if best.map({ order < $0.order }) ?? true { best = (entry.setting, order) }
            }
        }
        return best?.setting
    }

    private static func covers(_ entry: Entry, _ subject: GreylistSubject) -> Bool {
        if let network = entry.network { return network.contains(subject.client) }
        return subject.senderKeys.contains(entry.setting.sender)
    }
}

/// The place of a setting among those that cover an attempt; the least decides: the account's priority, then the
/// sender's, then what is more specific in the account, then in the sender, then the lowest id.
struct GreylistSettingOrder: Sendable, Comparable {
    private let priority: Int
    private let senderPriority: Int
    private let account: AddressPatternOrder
    private let sender: AddressPatternOrder

    init(_ setting: GreylistSetting, account: AddressPattern, sender: AddressPattern, isAliasDerived: Bool) {
        priority = setting.priority
        senderPriority = setting.senderPriority
        self.account = AddressPatternOrder(
            account, priority: setting.priority, isAliasDerived: isAliasDerived, id: 0)
        self.sender = AddressPatternOrder(sender, priority: setting.senderPriority, id: setting.id)
    }

    static func < (left: GreylistSettingOrder, right: GreylistSettingOrder) -> Bool {
        if left.priority != right.priority { return left.priority > right.priority }
        if left.senderPriority != right.senderPriority { return left.senderPriority > right.senderPriority }
        if left.account < right.account { return true }
        if right.account < left.account { return false }
        return left.sender < right.sender
    }
}
