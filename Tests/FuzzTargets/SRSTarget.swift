import MailTypes
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
        let first = try rewriter("first.example", "one secret")
        let second = try rewriter("second.example", "another secret")
        _ = first.reverse(text, day: day, locality: .foreign)
        guard let once = try forward(text, first) else { return }
        let back = try checkReverse(once, text, first)
        try hold(second.reverse(once, day: day, locality: .local).address == nil, "a foreign hash is taken")
        guard let twice = try forward(once, second) else { return }
        // The second host sends to the first one what that one made; of SRS1 it goes to who rewrote first, at once.
        let expected = isFirstRewriting(once) ? once : back
        try same(second.reverse(twice, day: day, locality: .local).address, expected, "what comes back over two hosts")
    }

    private static func isFirstRewriting(_ address: String) -> Bool {
        let local = Mailbox(smtpPath: address)?.originalLocalPart ?? ""
        guard case .srs0? = SRSAddress(parsing: String(local)) else { return false }
        return true
    }

    private static func rewriter(_ domain: String, _ secret: String) throws(BrokenInvariant) -> SRSRewriter {
        let domain = try must(Domain(parsing: domain), "no domain")
        let signer = try must(
            SRSSecret(secret).flatMap { SRSSigner(secrets: [$0], hashLength: hashLength) }, "no secret")
        return SRSRewriter(srsDomain: domain, hostname: nil, signer: signer)
    }

    private static func forward(_ sender: String, _ host: SRSRewriter) throws(BrokenInvariant) -> String? {
        let outcome = host.forward(sender, day: day)
        guard let address = outcome.address else {
            try hold(outcome.reasonText?.hasControl == false, "a reason with control characters")
            return nil
        }
        let mailbox = try must(Mailbox(smtpPath: address), "\(address) is no address")
        try same(mailbox.domain, host.srsDomain, "the domain of a rewritten address")
        try hold(mailbox.quotedLocalPart.utf8.count <= 64, "a local part over 64 octets")
        try hold(address.utf8.count <= 254 && !address.hasControl, "a path over 254 octets")
        try same(host.forward(address, day: day), .bypassed(.srsDomain), "an address is rewritten twice here")
        return address
    }

    /// It comes back to who sent it, for as long as it is valid, and only by its own hash.
    private static func checkReverse(
        _ once: String, _ sender: String, _ host: SRSRewriter
    ) throws(BrokenInvariant)
        -> String
    {
        let back = try must(host.reverse(once, day: day, locality: .local).address, "\(once) is not reversed")
        let original = try must(
            Mailbox(smtpPath: sender) ?? Mailbox(parsing: sender), "\(sender) is rewritten and no address")
        guard isFirstRewriting(once) else { return back }
        try same(Mailbox(smtpPath: back), original, "what is reversed")
        let late = host.reverse(once, day: day + host.validity + 1, locality: .local)
        try same(late, .failed(.expired), "an old address")
        try same(host.reverse(forged(once), day: day, locality: .local), .failed(.badHash), "a forged address")
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
