extension Mailbox {
    /// The list entries that cover this address, most specific first. For `user@a.example.com` these are the address,
    /// and those that cover its domain.
    public var policyAddresses: [String] {
        [text] + domain.policyAddresses
    }

    /// The entry that covers every address.
    public static let catchAll = "@."
}

extension Domain {
    /// The list entries that cover every address of this domain, most specific first. For `a.example.com` these are
    /// `@a.example.com`, `@.a.example.com`, `@.example.com`, `@.com` and `@.`.
    ///
    /// An address literal has no names above it: `@[...]` and `@.`.
    public var policyAddresses: [String] {
        let name = text
        var addresses = ["@\(name)"]
        if !isAddressLiteral {
            addresses.append("@.\(name)")
            for index in name.utf8.indices where name.utf8[index] == UInt8(ascii: ".") {
                addresses.append("@\(name[index...])")
            }
        }
        addresses.append(Mailbox.catchAll)
        return addresses
    }
}
