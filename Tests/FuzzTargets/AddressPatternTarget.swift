import MailTypes

/// What an entry of a list or an account covers.
public enum AddressPatternTarget: FuzzTarget {
    /// `address-pattern`
    public static let name = "address-pattern"

    /// Reads the text as an entry, and its stored form again.
    public static func check(_ bytes: [UInt8]) throws(BrokenInvariant) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let pattern = AddressPattern(parsing: text) else { return }
        let stored = pattern.description
        try hold(!stored.isEmpty && !stored.hasControl, "the stored form of an entry")
        // Names and addresses that are near the limit may grow over it when they are normalised.
        if stored.utf8.count <= Mailbox.maximumLength {
            try same(AddressPattern(parsing: stored), pattern, "the stored form of an entry")
            try same(AddressPattern(parsing: stored)?.description, stored, "the stored form of a stored form")
        }
        try hold((0...100).contains(pattern.priority), "a priority")
        try hold((0...10).contains(pattern.amavisPriority), "a priority of Amavisd")
        let order = AddressPatternOrder(pattern, id: 1)
        try hold(!(order < order) && order < AddressPatternOrder(pattern, id: 2), "an order")
        if case .email(let mailbox) = pattern {
            try hold(mailbox.policyAddresses.contains(stored), "an address that is not covered by itself")
        }
    }
}
