/// What a directory and the lists beside it hold in a case, whatever keeps them.
package struct DirectoryContent: Sendable {
    /// A domain.
    package struct HostedDomain: Sendable {
        package var name: String
        package var isBackupMX = false
        package var isActive = true

        package init(name: String, isBackupMX: Bool = false, isActive: Bool = true) {
            self.name = name
            self.isBackupMX = isBackupMX
            self.isActive = isActive
        }
    }

    /// Another name of a domain.
    package struct AliasDomain: Sendable {
        package var name: String
        package var target: String
        package var isActive = true

        package init(name: String, target: String, isActive: Bool = true) {
            self.name = name
            self.target = target
            self.isActive = isActive
        }
    }

    /// A user with a mailbox.
    package struct User: Sendable {
        package var address: String
        package var isActive = true
        /// Days since 1970; nil for never.
        package var passwordDay: Int?
        package var aliases: [String] = []
        package var allowedRecipients: [String] = []
        package var rejectedRecipients: [String] = []
        package var allowedSenders: [String] = []
        package var rejectedSenders: [String] = []
    }

    /// An alias for several addresses, or a mailing list.
    package struct List: Sendable {
        package var address: String
        package var policy: String
        package var members: [String] = []
        package var moderators: [String] = []
        package var owners: [String] = []
        package var allowed: [String] = []
        package var isActive = true
    }

    /// An entry of an access list.
    package struct Access: Sendable {
        package var account: String
        package var entry: String
        package var colour: String
        package var isOutbound = false
    }

    package var domains: [HostedDomain] = []
    package var aliasDomains: [AliasDomain] = []
    package var users: [User] = []
    package var aliases: [List] = []
    package var lists: [List] = []
    package var access: [Access] = []
    /// Reverse names and their colours.
    package var reverseNames: [(name: String, colour: String)] = []

    package init() {}
}
