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
        var name = text
        return name.withUTF8 { bytes in
            guard !isAddressLiteral else { return [Self.entry("@", bytes[...]), Mailbox.catchAll] }
            var addresses: [String] = []
            addresses.reserveCapacity(6)
            addresses.append(Self.entry("@", bytes[...]))
            addresses.append(Self.entry("@.", bytes[...]))
            for index in bytes.indices where bytes[index] == UInt8(ascii: ".") {
                addresses.append(Self.entry("@", bytes[index...]))
            }
            addresses.append(Mailbox.catchAll)
            return addresses
        }
    }

    /// A text behind a sign, put together in its own memory.
    private static func entry(_ sign: StaticString, _ text: Slice<UnsafeBufferPointer<UInt8>>) -> String {
        let length = sign.utf8CodeUnitCount
        return String(unsafeUninitializedCapacity: length + text.count) { space in
            _ = space.initialize(from: UnsafeBufferPointer(start: sign.utf8Start, count: length))
            _ = UnsafeMutableBufferPointer(rebasing: space[length...])
                .initialize(from: UnsafeBufferPointer(rebasing: text))
            return length + text.count
        }
    }
}
