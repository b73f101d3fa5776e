extension Mailbox {
    /// The list entries that cover this address, most specific first. For `user@a.example.com` these are the address,
    /// `@a.example.com`, `@.a.example.com`, `@.example.com`, `@.com` and `@.`.
    ///
    /// An address literal has no names above it: the address, its `@[...]` and `@.`.
    public var policyAddresses: [String] {
        let name = domain.text
        var addresses = [text, "@\(name)"]
        if !domain.isAddressLiteral {
            addresses.append("@.\(name)")
            for index in name.utf8.indices where name.utf8[index] == UInt8(ascii: ".") {
                addresses.append("@\(name[index...])")
            }
        }
        addresses.append(Mailbox.catchAll)
        return addresses
    }

    /// The entry that covers every address.
    public static let catchAll = "@."
}
