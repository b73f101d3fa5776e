import MailTypes

extension SRSRewriter {
    /// What can be told about an address, line by line, without asking the store: what it is, and whether it would be
    /// reversed or rewritten, and why. Its domain counts as foreign unless the rewriter knows it.
    ///
    /// - Parameter day: today, in days since 1970-01-01 UTC.
    func explain(_ key: String, day: Int, excluded: ExcludedDomains) -> [(what: String, value: String)] {
        guard let mailbox = SRSRewriter.mailbox(key) else { return [("address", SRSBypass.notAnAddress.rawValue)] }
        let place = [(what: "domain", value: place(of: mailbox.domain, excluded: excluded))]
        guard let address = SRSAddress(parsing: String(mailbox.originalLocalPart)) else {
            return [("kind", "no SRS address")] + place + forwarding(mailbox)
        }
        let lines = [(what: "kind", value: address.kindInWords)] + place
        return lines
            + (isOwn(mailbox.domain) ? details(of: address, day: day) : details(of: address) + forwarding(mailbox))
    }

    private func place(of domain: Domain, excluded: ExcludedDomains) -> String {
        if domains.contains(domain) { return "SRS domain of this server: never rewritten, SRS addresses are reversed" }
        if domain == hostname { return "name of this server: never rewritten, SRS addresses are reversed" }
        let rest = "SRS addresses are reversed only if it is a local domain"
        if excluded.contains(domain) { return "excluded: never rewritten, \(rest)" }
        return "rewritten unless it is a local domain, \(rest)"
    }

    private func forwarding(_ mailbox: Mailbox) -> [(what: String, value: String)] {
        isOwn(mailbox.domain) ? [] : [("rewritten-at", domains.domain(for: mailbox.domain).text)]
    }

    /// An address of another server: its hash is that server's business.
    private func details(of address: SRSAddress) -> [(what: String, value: String)] {
        switch address {
        case .srs0(_, _, let host, let local): [("original", "\(Mailbox.quotedForm(of: local))@\(host)")]
        case .srs1(_, let firstHop, _): [("first-hop", firstHop)]
        case .kept: []
        }
    }

    private func details(of address: SRSAddress, day: Int) -> [(what: String, value: String)] {
        let secret = signer.secret(of: address, on: day)
        let hash = secret.map { "right, by the secret \($0.fingerprint)" } ?? "wrong, or its secret has ended"
        var lines: [(what: String, value: String)] = [("hash", hash)]
        switch address {
        case .srs0(_, let timestamp, _, _), .kept(_, let timestamp, _): lines += time(timestamp, day: day)
        case .srs1: lines.append(("made", "not told by an SRS1 address"))
        }
        return lines + details(of: address)
    }

    private func time(_ timestamp: String, day: Int) -> [(what: String, value: String)] {
        guard let made = SRSTimestamp(parsing: timestamp) else { return [("made", "malformed: \(timestamp)")] }
        let age = made.age(on: day)
        let last = CalendarDay(day - age + validity)
        return [
            ("made", "\(CalendarDay(day - age)), \(age) days ago"),
            ("valid-until", age <= validity ? "\(last)" : "\(last): expired"),
        ]
    }
}

extension SRSAddress {
    /// What it is, in words.
    fileprivate var kindInWords: String {
        switch self {
        case .srs0: "SRS0: rewritten once"
        case .srs1: "SRS1: rewritten again"
        case .kept: "SRS0 without a host: the original address is kept"
        }
    }
}
