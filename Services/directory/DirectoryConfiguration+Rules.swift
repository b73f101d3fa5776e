internal import Configuration
internal import MailTypes
internal import PostfixProtocol

/// The mappings of the single checks.
extension DirectoryRules {
    /// - Parameter asksMLMMJAdmin: Whether mlmmjadmin is configured.
    convenience init(from mapping: ConfigurationMapping, delimiters: RecipientDelimiters, asksMLMMJAdmin: Bool) {
        var senderLogin = SenderLogin(from: mapping.mapping("sender-login"), delimiters: delimiters)
        senderLogin.asksMLMMJAdmin = asksMLMMJAdmin
        let access = mapping.mapping("access-list")
        var accessList = AccessList()
        accessList.skipsOutgoing = access.bool("skip-outgoing", default: false)
        accessList.discards = access.bool("discard", default: false)
        accessList.discardsByAnyList = access.choice(
            "discard-scope", of: ["server": false, "any": true], default: false)
        var reverseNameList = ReverseNameList()
        reverseNameList.discards = mapping.mapping("rdns-list").bool("discard", default: false)
        self.init(
            senderLogin: senderLogin, accessList: accessList, reverseNameList: reverseNameList,
            passwordAge: PasswordAge(from: mapping.mapping("password-age")))
    }

    /// The mappings with every key written out.
    func normalised(allWildcards: Bool) -> [(String, ConfigurationNode?)] {
        [
            ("sender-login", senderLogin.normalised()),
            (
                "access-list",
                ConfigurationNode(mapping: [
                    ("skip-outgoing", ConfigurationNode(accessList.skipsOutgoing)),
                    ("discard", ConfigurationNode(accessList.discards)),
                    ("discard-scope", ConfigurationNode(accessList.discardsByAnyList ? "any" : "server")),
                    ("all-wildcard-ip", ConfigurationNode(allWildcards)),
                ])
            ),
            ("rdns-list", ConfigurationNode(mapping: [("discard", ConfigurationNode(reverseNameList.discards))])),
            ("password-age", passwordAge.normalised()),
        ]
    }
}

extension SenderLogin {
    fileprivate init(from mapping: ConfigurationMapping, delimiters: RecipientDelimiters) {
        checksForgedSenders = mapping.bool("check-forged-sender", default: true)
        asksSPF = mapping.bool("use-spf", default: true)
        allowsOwnAliases = mapping.bool("allow-own-aliases", default: true)
        allowsListMembers = mapping.bool("allow-list-members", default: false)
        allowedForgedSenders = Set(
            mapping.value("allowed-forged-senders", default: [], as: .list(of: .forgedSender)))
        allowedMismatches = Set(
            mapping.value("allowed-mismatch-senders", default: [], as: .list(of: .mismatchSender)))
        self.delimiters = delimiters
    }

    fileprivate func normalised() -> ConfigurationNode {
        ConfigurationNode(mapping: [
            ("check-forged-sender", ConfigurationNode(checksForgedSenders)),
            ("allowed-forged-senders", ConfigurationNode(allowedForgedSenders.sorted())),
            ("use-spf", ConfigurationNode(asksSPF)),
            ("allowed-mismatch-senders", ConfigurationNode(allowedMismatches.sorted())),
            ("allow-own-aliases", ConfigurationNode(allowsOwnAliases)),
            ("allow-list-members", ConfigurationNode(allowsListMembers)),
        ])
    }
}

extension PasswordAge {
    fileprivate init(from mapping: ConfigurationMapping) {
        days = Int64(mapping.int("days", default: 90, in: 1...36_500))
        message = mapping.string("message", default: Self.shippedMessage)
        if message.utf8.count > 390 { mapping.report("message", "expected at most 390 bytes of text") }
        exempt = Set(mapping.value("never-expire", default: [], as: .list(of: .userOrDomain)))
    }

    fileprivate func normalised() -> ConfigurationNode {
        ConfigurationNode(mapping: [
            ("days", ConfigurationNode(Int(days))), ("message", ConfigurationNode(message)),
            ("never-expire", ConfigurationNode(exempt.sorted())),
        ])
    }
}

extension ConfigurationReading where Value == String {
    /// An address or a domain, in its normal form.
    fileprivate static var userOrDomain: ConfigurationReading<String> {
        .parsed("an address or a domain", placeholder: "") { Mailbox(parsing: $0)?.text ?? listDomain($0[...]) }
    }

    fileprivate static var forgedSender: ConfigurationReading<String> {
        .parsed("an address, a domain, or user@*", placeholder: "") { text in
            if case .wildcardAddress? = AddressPattern(parsing: text) { return text.lowercased() }
            return Mailbox(parsing: text)?.text ?? listDomain(text[...])
        }
    }

    fileprivate static var mismatchSender: ConfigurationReading<String> {
        .parsed("an address, a domain, @domain or @.", placeholder: "") { text in
            if text == Mailbox.catchAll { return text }
            if text.hasPrefix("@") { return listDomain(text.dropFirst()).map { "@\($0)" } }
            return Mailbox(parsing: text)?.text ?? listDomain(text[...])
        }
    }

    private static func listDomain(_ text: Substring) -> String? {
        Domain(parsing: text).flatMap { $0.isListDomain ? $0.text : nil }
    }
}
