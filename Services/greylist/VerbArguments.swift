internal import MailTypes

/// The arguments of a verb while they are being read. What nobody took is an error at the end.
struct VerbArguments {
    private var values: [String: String]

    /// Takes the arguments by name.
    init(_ values: [String: String]) {
        self.values = values
    }

    /// The value of an argument, if it is given.
    mutating func take(_ name: String) -> String? {
        values.removeValue(forKey: name)
    }

    /// Refuses arguments that the verb does not have.
    func finish() throws(GreylistVerbError) {
        guard let name = values.keys.min() else { return }
        throw GreylistVerbError(description: "unknown argument \(name)")
    }

    // MARK: - Entries

    private static let accountKinds: Set<AddressPattern.Kind> = [
        .catchall, .topLevelDomain, .domain, .subdomain, .email,
    ]

    private static let senderKinds = accountKinds.union([.ip, .cidr, .wildcardIP])

    /// `from`: a sender, by address or client; `@.` when it is not given.
    mutating func sender() throws(GreylistVerbError) -> AddressPattern {
        try Self.entry(take("from"), "from", Self.senderKinds, "an address, a domain, a client or a network")
    }

    /// `to`: a local account; `@.` when it is not given.
    mutating func account() throws(GreylistVerbError) -> AddressPattern {
        try Self.entry(take("to"), "to", Self.accountKinds, "an address or a domain")
    }

    /// `to` in a listing: nil, as is `@.`, for all accounts.
    mutating func accountFilter() throws(GreylistVerbError) -> String? {
        let account = try account()
        return account == .catchall ? nil : account.description
    }

    private static func entry(
        _ text: String?, _ name: String, _ kinds: Set<AddressPattern.Kind>, _ expected: String
    ) throws(GreylistVerbError) -> AddressPattern {
        guard let text else { return .catchall }
        if !text.hasPrefix("@"), text.utf8.contains(UInt8(ascii: "@")), !text.hasSuffix("@*") {
            do {
                return .email(try Mailbox(typed: text))
            } catch {
                throw GreylistVerbError(description: "\(name)=\(text): \(error)")
            }
        }
        guard let pattern = AddressPattern(parsing: text), kinds.contains(pattern.kind) else {
            let hint = Domain(parsing: text)?.isListDomain == true ? "; write @\(text) for a domain" : ""
            throw GreylistVerbError(description: "\(name)=\(text): not \(expected)\(hint)")
        }
        return pattern
    }

    // MARK: - Other values

    /// `from` as a domain: `@example.com`, `@.example.com` or `example.com`.
    mutating func domain() throws(GreylistVerbError) -> Domain {
        guard let text = take("from") else { throw GreylistVerbError(description: "needs from=@DOMAIN") }
        let name = text.hasPrefix("@.") ? text.dropFirst(2) : text.hasPrefix("@") ? text.dropFirst() : text[...]
        guard let domain = Domain(parsing: name), domain.isListDomain else {
            throw GreylistVerbError(description: "from=\(text): not a domain such as @example.com")
        }
        return domain
    }

    /// `client`: an address, if it is given.
    mutating func optionalClient() throws(GreylistVerbError) -> IPAddress? {
        guard let text = take("client") else { return nil }
        guard let address = IPAddress(parsing: text) else {
            throw GreylistVerbError(description: "client=\(text): not an IP address")
        }
        return address
    }

    /// `active`: 1 or 0; required.
    mutating func active() throws(GreylistVerbError) -> Bool {
        switch take("active") {
        case "1": return true
        case "0": return false
        case nil: throw GreylistVerbError(description: "set what=setting needs active=1 or active=0")
        case let text?: throw GreylistVerbError(description: "active=\(text): expected 1 or 0")
        }
    }

    /// `comment`: one line of up to 255 characters, as wide as iRedAPD's column; empty when it is not given.
    mutating func comment() throws(GreylistVerbError) -> String {
        let text = take("comment") ?? ""
        let isLine = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard isLine, text.unicodeScalars.count <= 255 else {
            throw GreylistVerbError(description: "comment: expected one line of at most 255 characters")
        }
        return text
    }
}
