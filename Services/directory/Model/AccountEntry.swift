package import MailTypes

/// What an address is.
package struct AccountEntry: Equatable, Sendable {
    /// The user whose main address it is; with LDAP any of a user's addresses.
    @Apart package var user: DirectoryUser?
    /// The alias for several addresses.
    @Apart package var alias: AddressList?
    /// The mailing list.
    @Apart package var mailingList: AddressList?
    /// The users whose additional address it is.
    package var owners: [Mailbox] = []

    /// Nothing.
    package init() {}
}

/// A user with a mailbox.
package struct DirectoryUser: Equatable, Sendable {
    /// Whether the account may be used.
    package var isActive = true
    /// When the password was last changed, in Unix seconds; 0 for never, nil when nobody keeps that.
    package var passwordChange: Int64?
    /// Whom the user may write to and be written to by.
    package var restrictions = Restrictions()
    /// All addresses of the account, as far as the directory tells them along.
    package var addresses: Set<String> = []
    /// Whether the additional ones may be used (LDAP: `enabledService=shadowaddress`).
    package var usesAdditionalAddresses = false

    /// A user.
    package init() {}
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

/// A large value that is mostly not there, kept apart: what holds it is small, and is copied for each question.
@propertyWrapper package struct Apart<Value: Equatable & Sendable>: Equatable, Sendable {
    private final class Place: Sendable {
        let value: Value

        init(_ value: Value) {
            self.value = value
        }
    }

    private var place: Place?

    /// Keeps a value.
    package init(wrappedValue: Value?) {
        place = wrappedValue.map { Place($0) }
    }

    /// The value.
    package var wrappedValue: Value? {
        get { place?.value }
        set { place = newValue.map { Place($0) } }
    }

    /// Compares the values.
    package static func == (left: Apart, right: Apart) -> Bool {
        left.place === right.place || left.wrappedValue == right.wrappedValue
    }
}
