import MailTypes

extension SRSRewriter {
    /// Rewrites a sender unless a rule leaves it as it is, by all rules: the own domains, the local ones, the excluded
    /// ones, in this order.
    ///
    /// - Parameter day: today, in days since 1970-01-01 UTC.
    public func forward(
        _ key: String, day: Int, locality: DomainLocality, excluded: ExcludedDomains
    ) -> SRSOutcome {
        guard let sender = SRSRewriter.mailbox(key) else { return .bypassed(.notAnAddress) }
        if let bypass = ownDomainBypass(sender.domain) { return .bypassed(bypass) }
        switch locality {
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
        forward(key, day: day, locality: .foreign, excluded: ExcludedDomains())
    }

    private func ownDomainBypass(_ domain: Domain) -> SRSBypass? {
        if domain == srsDomain { return .srsDomain }
        return domain == hostname ? .hostname : nil
    }

    private func rewrite(_ sender: Mailbox, day: Int) -> SRSOutcome {
        let local = String(sender.originalLocalPart)
        let host = String(sender.originalDomain)
        guard let rewritten = srs1(local, host: host) ?? srs0(local, host: host, day: day) else {
            return .failed(.cryptoFailed)
        }
        return result(rewritten)
    }

    /// The address for a sender that has been rewritten before; nil for any other.
    private func srs1(_ local: String, host: String) -> SRSAddress? {
        if case .srs1(_, let firstHop, let opaque) = SRSAddress(parsing: local) {
            return srs1(firstHop: firstHop, opaque: opaque)
        }
        // Whatever follows SRS0 is the business of the first host, even if its grammar is not ours.
        guard let tag = SRSAddress.Tag(parsing: local), tag.kind == .srs0, SRSAddress.isOpaque(tag.rest) else {
            return nil
        }
        return srs1(firstHop: host, opaque: String(tag.rest))
    }

    private func srs1(firstHop: String, opaque: String) -> SRSAddress? {
        signer.hash(firstHop, opaque).map { .srs1(hash: $0, firstHop: firstHop, opaque: opaque) }
    }

    private func srs0(_ local: String, host: String, day: Int) -> SRSAddress? {
        let timestamp = SRSTimestamp(day: day).description
        return signer.hash(timestamp, host, local).map {
            .srs0(hash: $0, timestamp: timestamp, host: host, local: local)
        }
    }

    private func result(_ rewritten: SRSAddress) -> SRSOutcome {
        let local = Mailbox.quotedForm(of: rewritten.description)
        let address = "\(local)@\(srsDomain.text)"
        if local.utf8.count > 64 { return .failed(.localPartTooLong) }
        if address.utf8.count > 254 { return .failed(.pathTooLong) }
        return .rewritten(address)
    }
}
