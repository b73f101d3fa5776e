import DNS

/// A message of the DNS as the answer to a question. The first byte picks the kind of record that was asked for.
public enum DNSMessageTarget: FuzzTarget {
    /// `dns-message`
    public static let name = "dns-message"

    private static let types: [DNSRecordType] = [.a, .aaaa, .mx, .ptr, .txt, .cname]

    /// Reads the bytes behind the first one.
    public static func check(_ bytes: [UInt8]) throws(BrokenInvariant) {
        guard let first = bytes.first, let name = DNSName("a.example") else { return }
        let question = DNSQuestion(name, types[Int(first) % types.count])
        let reply = DNSReply(parsing: Array(bytes.dropFirst()), for: question)
        try hold((0...DNSReply.longestLifetime).contains(reply.lifetime), "a lifetime")
        try hold(reply.size > 0, "a size")
        if reply.answer.failure != nil { try same(reply.lifetime, 0, "the lifetime of a failure") }
        if case .records(.addresses(let addresses)) = reply.answer { try hold(!addresses.isEmpty, "no records") }
        for name in reply.answer.names + reply.answer.exchanges.map(\.host) {
            try hold(name.labelCount <= 127 && name.isWithin(.root), "a name")
            try hold(!name.description.isEmpty, "the text of a name")
        }
    }
}
