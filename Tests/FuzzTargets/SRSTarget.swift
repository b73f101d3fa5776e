import MailTypes
import SQLStore
import SRS

/// Rewritten addresses: read, made and reversed.
public enum SRSTarget: FuzzTarget {
    /// `srs`
    public static let name = "srs"

    private static let day = 19_000
    /// Long enough that no other secret makes the same one by chance.
    private static let hashLength = 12

    /// Reads the text as a rewritten local part and as a sender that passes two forwarding hosts.
    public static func check(_ bytes: [UInt8]) throws(BrokenInvariant) {
        let text = String(decoding: bytes, as: UTF8.self)
        if let address = SRSAddress(parsing: text) {
            try same(SRSAddress(parsing: address.description), address, "the text of a rewritten address")
        }
        for keeping in SRSKeeping.allCases {
            var first = try Host("first.example", "one secret", keeping)
            var second = try Host("second.example", "another secret", keeping)
            try check(text, &first, &second)
        }
    }

    private static func check(_ text: String, _ first: inout Host, _ second: inout Host) throws(BrokenInvariant) {
        _ = first.reverse(text, day: day)
        guard let once = try forward(text, &first) else { return }
        let back = try checkReverse(once, text, first)
        try hold(second.reverse(once, day: day) == nil, "a foreign hash is taken")
        guard let twice = try forward(once, &second) else { return }
        // The second host sends to the first one what that one made; of SRS1 it goes to who rewrote first, at once.
        try same(second.reverse(twice, day: day), isSRS1(once) ? back : once, "what comes back over two hosts")
    }

    private static func isSRS1(_ address: String) -> Bool {
        let local = Mailbox(smtpPath: address)?.originalLocalPart ?? ""
        guard case .srs1? = SRSAddress(parsing: String(local)) else { return false }
        return true
    }

    /// A forwarding host, with what it keeps in its database.
    private struct Host {
        let rewriter: SRSRewriter
        private var kept: [Bytes16: String] = [:]

        init(_ domain: String, _ secret: String, _ keeping: SRSKeeping) throws(BrokenInvariant) {
            let domain = try must(Domain(parsing: domain), "no domain")
            let signer = try must(
                SRSSecret(secret).flatMap { SRSSigner(secrets: [$0], hashLength: hashLength) }, "no secret")
            rewriter = SRSRewriter(domains: SRSDomains(domain), hostname: nil, signer: signer, keeping: keeping)
        }

        mutating func forward(_ sender: String) -> SRSOutcome {
            let outcome = rewriter.forward(sender, day: day)
            if case .shortened(_, let original) = outcome { kept[original.identifier] = original.address }
            return outcome
        }

        func reverse(_ address: String, day: Int) -> String? {
            let outcome = rewriter.reverse(address, day: day, locality: .local)
            guard case .kept(let identifier) = outcome else { return outcome.address }
            return kept[identifier]
        }
    }

    private static func forward(_ sender: String, _ host: inout Host) throws(BrokenInvariant) -> String? {
        let outcome = host.forward(sender)
        guard let address = outcome.address else {
            try hold(outcome.reasonText?.hasControl == false, "a reason with control characters")
            if host.rewriter.keeping != .never, case .failed = outcome {
                throw BrokenInvariant("\(sender) is not rewritten: \(outcome)")
            }
            return nil
        }
        let mailbox = try must(Mailbox(smtpPath: address), "\(address) is no address")
        try same(mailbox.domain, host.rewriter.domains.main, "the domain of a rewritten address")
        try hold(mailbox.quotedLocalPart.utf8.count <= 64, "a local part over 64 octets")
        try hold(address.utf8.count <= 254 && !address.hasControl, "a path over 254 octets")
        try same(host.forward(address), .bypassed(.srsDomain), "an address is rewritten twice here")
        return address
    }

    /// It comes back to who sent it, for as long as it is valid, and only by its own hash.
    private static func checkReverse(
        _ once: String, _ sender: String, _ host: Host
    ) throws(BrokenInvariant)
        -> String
    {
        let back = try must(host.reverse(once, day: day), "\(once) is not reversed")
        let original = try must(
            Mailbox(smtpPath: sender) ?? Mailbox(parsing: sender), "\(sender) is rewritten and no address")
        try same(
            host.rewriter.reverse(forged(once), day: day, locality: .local), .failed(.badHash), "a forged address")
        guard !isSRS1(once) else { return back }
        if !original.isSRS { try same(Mailbox(smtpPath: back), original, "what is reversed") }
        let late = host.rewriter.reverse(once, day: day + host.rewriter.validity + 1, locality: .local)
        try same(late, .failed(.expired), "an old address")
        return back
    }

    /// The same address with another hash; it begins `SRS0=` or `"SRS0=`.
    private static func forged(_ address: String) -> String {
        var bytes = Array(address.utf8)
        let place = bytes.first == UInt8(ascii: "\"") ? 6 : 5
        bytes[place] = bytes[place] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
        return String(decoding: bytes, as: UTF8.self)
    }
}
