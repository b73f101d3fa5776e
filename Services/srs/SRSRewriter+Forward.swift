public import MailTypes
internal import SQLStore

extension SRSRewriter {
    /// Rewrites a sender unless a rule leaves it as it is, by all rules: the own domains, the local ones, the excluded
    /// ones, in this order.
    ///
    /// - Parameters:
    ///   - day: today, in days since 1970-01-01 UTC.
    ///   - locality: asked about the sender's domain unless the rewriter knows it itself.
    public func forward(
        _ key: String, day: Int, excluded: ExcludedDomains, locality: (Domain) -> DomainLocality
    ) -> SRSOutcome {
        guard let sender = SRSRewriter.mailbox(key) else { return .bypassed(.notAnAddress) }
        if let bypass = ownDomainBypass(sender.domain) { return .bypassed(bypass) }
        switch locality(sender.domain) {
        case .local: return .bypassed(.localDomain)
        case .unknown: return .failed(.localityUnknown)
        case .foreign: break
        }
        if excluded.contains(sender.domain) { return .bypassed(.excluded) }
        return rewrite(sender, day: day)
    }

    /// Rewrites a sender whose domain is foreign and not excluded.
    ///
    /// - Parameter day: today, in days since 1970-01-01 UTC.
    public func forward(_ key: String, day: Int) -> SRSOutcome {
        forward(key, day: day, excluded: ExcludedDomains()) { _ in .foreign }
    }

    private func ownDomainBypass(_ domain: Domain) -> SRSBypass? {
        if domains.contains(domain) { return .srsDomain }
        return domain == hostname ? .hostname : nil
    }

    private func rewrite(_ sender: Mailbox, day: Int) -> SRSOutcome {
        let domain = domains.domain(for: sender.domain)
        if keeping == .always { return keep(sender, at: domain, day: day) }
        let local = String(sender.originalLocalPart)
        let host = String(sender.originalDomain)
        guard let rewritten = srs1(local, host: host, day: day) ?? srs0(local, host: host, day: day) else {
            return .failed(signer.canSign(on: day) ? .cryptoFailed : .noSecret)
        }
        let outcome = result(rewritten, at: domain)
        guard case .failed = outcome, keeping == .tooLong else { return outcome }
        return keep(sender, at: domain, day: day)
    }

    /// The address for a sender that has been rewritten before; nil for any other.
    private func srs1(_ local: String, host: String, day: Int) -> SRSAddress? {
        guard let hop = SRSRewriter.firstHop(local, host: host) else { return nil }
        return signer.hash(on: day, hop.host, hop.opaque).map {
            .srs1(hash: $0, firstHop: hop.host, opaque: hop.opaque)
        }
    }

    /// Who has rewritten a sender first, and what follows `SRS0` in his address; nil for a sender that was not
    /// rewritten.
    private static func firstHop(_ local: String, host: String) -> (host: String, opaque: String)? {
        guard let tag = SRSAddress.Tag(parsing: local) else { return nil }
        if case .srs1(_, let firstHop, let opaque) = SRSAddress(parsing: local) { return (firstHop, opaque) }
        // Whatever follows SRS0 is the business of the first host, even if its grammar is not ours.
        return tag.kind == .srs0 && SRSAddress.isOpaque(tag.rest) ? (host, String(tag.rest)) : nil
    }

    private func srs0(_ local: String, host: String, day: Int) -> SRSAddress? {
        let timestamp = SRSTimestamp(day: day).description
        return signer.hash(on: day, timestamp, host, local).map {
            .srs0(hash: $0, timestamp: timestamp, host: host, local: local)
        }
    }

    private func result(_ rewritten: SRSAddress, at domain: Domain) -> SRSOutcome {
        let local = Mailbox.quotedForm(of: rewritten.description)
        let address = String(joining: local, "@", domain.text)
        if local.utf8.count > SRSRewriter.maximumLocalPart { return .failed(.localPartTooLong) }
        if address.utf8.count > SRSRewriter.maximumPath { return .failed(.pathTooLong) }
        return .rewritten(address)
    }
}

// MARK: - Kept originals

extension SRSRewriter {
    /// Between the parts that are signed for a kept original: no address holds it, so no other hash is over the same.
    static let keptMark = "\0kept\0"

    /// A short address for a sender whose original is kept. A bounce of what was rewritten before goes to the first host
    /// at once, as that of an SRS1 address does.
    private func keep(_ sender: Mailbox, at domain: Domain, day: Int) -> SRSOutcome {
        let hop = SRSRewriter.firstHop(String(sender.originalLocalPart), host: String(sender.originalDomain))
        let original = hop.map { "\(Mailbox.quotedForm(of: "SRS0\($0.opaque)"))@\($0.host)" } ?? sender.smtpPath
        let timestamp = SRSTimestamp(day: day).description
        guard let identifier = signer.identifier(on: day, "original", "\(day)", original),
            let hash = signer.hash(on: day, timestamp, SRSRewriter.keptMark, Base32.encode(identifier.bytes))
        else { return .failed(signer.canSign(on: day) ? .cryptoFailed : .noSecret) }
        let outcome = result(.kept(hash: hash, timestamp: timestamp, identifier: identifier), at: domain)
        guard case .rewritten(let address) = outcome else { return outcome }
        return .shortened(
            address, SRSOriginal(identifier: identifier, address: original, lastDay: day + validity))
    }
}
