extension DirectoryContent {
    /// The domains and accounts as entries below `base`.
    package func ldif(below base: String) -> String {
        let known = domains.map { domain in
            entry(
                "domainName=\(domain.name),\(base)",
                [
                    ("objectClass", ["mailDomain"]), ("domainName", [domain.name]),
                    ("domainAliasName", aliasDomains.filter { $0.target == domain.name && $0.isActive }.map(\.name)),
                    ("accountStatus", [domain.isActive ? "active" : "disabled"]), ("enabledService", ["mail"]),
                    ("domainBackupMX", domain.isBackupMX ? ["yes"] : []),
                ])
        }
        return (known + users.map { user($0, base) } + aliases.map { alias($0, base) } + lists.map { list($0, base) })
            .joined(separator: "\n")
    }

    private func entry(_ name: String, _ attributes: [(name: String, values: [String])]) -> String {
        let lines = attributes.flatMap { attribute in
            attribute.values.filter { !$0.isEmpty }.map { "\(attribute.name): \($0)" }
        }
        return (["dn: \(name)"] + lines).joined(separator: "\n") + "\n"
    }

    private func name(_ address: String, _ base: String) -> String {
        "mail=\(address),domainName=\(address.split(separator: "@").last ?? ""),\(base)"
    }

    private func user(_ user: User, _ base: String) -> String {
        entry(
            name(user.address, base),
            [
                ("objectClass", ["inetOrgPerson", "shadowAccount", "amavisAccount", "mailUser"]),
                ("mail", [user.address]), ("uid", ["u"]), ("cn", ["u"]), ("sn", ["u"]),
                ("accountStatus", [user.isActive ? "active" : "disabled"]),
                ("enabledService", ["mail", "smtp", "shadowaddress"]), ("shadowAddress", user.aliases),
                ("shadowLastChange", user.passwordDay.map { ["\($0)"] } ?? []),
                ("mailWhitelistRecipient", user.allowedRecipients), ("mailBlacklistRecipient", user.rejectedRecipients),
                ("amavisWhitelistSender", user.allowedSenders), ("amavisBlacklistSender", user.rejectedSenders),
            ])
    }

    private func alias(_ list: List, _ base: String) -> String {
        entry(
            name(list.address, base),
            [
                ("objectClass", ["mailAlias"]), ("mail", [list.address]), ("accountStatus", ["active"]),
                ("enabledService", ["mail", "deliver"]), ("accessPolicy", [list.policy]),
                ("mailForwardingAddress", list.members), ("listModerator", list.moderators),
            ])
    }

    private func list(_ list: List, _ base: String) -> String {
        entry(
            name(list.address, base),
            [
                ("objectClass", ["mailList"]), ("mail", [list.address]), ("accountStatus", ["active"]),
                ("enabledService", ["mail", "deliver", "mlmmj"]), ("accessPolicy", [list.policy]),
                ("listModerator", list.moderators), ("listOwner", list.owners), ("listAllowedUser", list.allowed),
            ])
    }
}
