package import MailTypes

/// What an address is. An object, since most checks of a request ask for it.
package final class AccountEntry: Sendable {
    /// The user whose main address it is; with LDAP any of a user's addresses.
    package let user: DirectoryUser?
    /// The alias for several addresses.
    package let alias: AddressList?
    /// The mailing list.
    package let mailingList: AddressList?
    /// The users whose additional address it is.
    package let owners: [Mailbox]

    /// An entry.
    package init(
        user: DirectoryUser? = nil, alias: AddressList? = nil, mailingList: AddressList? = nil, owners: [Mailbox] = []
    ) {
        self.user = user
        self.alias = alias
        self.mailingList = mailingList
        self.owners = owners
    }

    /// An address that is nothing here.
    package static let nothing = AccountEntry()
}

extension AccountEntry: Equatable {
    /// Compares what they say.
    package static func == (left: AccountEntry, right: AccountEntry) -> Bool {
        left === right
            || left.user == right.user && left.alias == right.alias && left.mailingList == right.mailingList
                && left.owners == right.owners
    }
}

/// A user with a mailbox.
package final class DirectoryUser: Sendable {
    /// Whether the account may be used.
    package let isActive: Bool
    /// When the password was last changed, in Unix seconds; 0 for never, nil when nobody keeps that.
    package let passwordChange: Int64?
    /// Whom the user may write to and be written to by.
    package let restrictions: Restrictions
    /// All addresses of the account, as far as the directory tells them along.
    package let addresses: Set<String>
    /// Whether the additional ones may be used (LDAP: `enabledService=shadowaddress`).
    package let usesAdditionalAddresses: Bool

    /// A user.
    package init(
        isActive: Bool = true, passwordChange: Int64? = nil, restrictions: Restrictions = Restrictions(),
        addresses: Set<String> = [], usesAdditionalAddresses: Bool = false
    ) {
        self.isActive = isActive
        self.passwordChange = passwordChange
        self.restrictions = restrictions
        self.addresses = addresses
        self.usesAdditionalAddresses = usesAdditionalAddresses
    }
}

extension DirectoryUser: Equatable {
    /// Compares what they say.
    package static func == (left: DirectoryUser, right: DirectoryUser) -> Bool {
        left === right
            || left.isActive == right.isActive && left.passwordChange == right.passwordChange
                && left.restrictions == right.restrictions && left.addresses == right.addresses
                && left.usesAdditionalAddresses == right.usesAdditionalAddresses
    }
}

/// An alias or a mailing list: several receive what is sent to its address.
package struct AddressList: Equatable, Sendable {
    /// Its main address.
    package var address: Mailbox
    /// Who may write to it.
    package var policy: ListPolicy
    /// Whether it is switched on.
    package var isActive = true
    /// Whether users subscribe to it by mlmmj.
    package var isSubscribable = false
    /// The policies that mlmmj itself sees to.
    package var leftToManager: Set<ListPolicy> = []
    /// Who looks after it, as far as its entry tells: addresses, `*@DOMAIN`.
    package var moderators: Set<String> = []
    /// Whose it is, as far as its entry tells.
    package var owners: Set<String> = []
    /// Who may always write to it: addresses, `DOMAIN`, `.DOMAIN`, `*@DOMAIN`.
    package var allowed: Set<String> = []

    /// A list.
    package init(address: Mailbox, policy: ListPolicy) {
        self.address = address
        self.policy = policy
    }
}

/// What somebody is to a list.
package struct ListRoles: OptionSet, Sendable {
    /// The roles as bits.
    package let rawValue: Int

    /// Roles from bits.
    package init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// Receives what is sent to it.
    package static let member = ListRoles(rawValue: 1)
    /// Looks after it.
    package static let moderator = ListRoles(rawValue: 2)
    /// Owns it.
    package static let owner = ListRoles(rawValue: 4)
    /// Receives what is sent to it, though the account is switched off.
    package static let inactiveMember = ListRoles(rawValue: 8)
}
