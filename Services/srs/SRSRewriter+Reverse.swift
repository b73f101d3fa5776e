import MailTypes

extension SRSRewriter {
    /// Reverses a recipient that is a rewritten address of this server.
    ///
    /// Only an address in the domain of rewritten addresses, at the server's name or in a local domain is ours to
    /// reverse; another server's rewritten address passes through as it is.
    ///
    /// - Parameter day: today, in days since 1970-01-01 UTC.
    public func reverse(_ key: String, day: Int, locality: DomainLocality) -> SRSOutcome {
        guard let recipient = SRSRewriter.mailbox(key) else { return .bypassed(.notAnAddress) }
        guard let address = SRSAddress(parsing: String(recipient.originalLocalPart)) else { return .bypassed(.notSRS) }
        if !isOwn(recipient.domain) {
            if locality == .foreign { return .bypassed(.notSRS) }
            if locality == .unknown { return .failed(.localityUnknown) }
        }
        switch address {
        case .srs0(let hash, let timestamp, let host, let local):
            guard signer.verify(hash, over: timestamp, host, local) else { return .failed(.badHash) }
            guard let made = SRSTimestamp(parsing: timestamp) else { return .failed(.badTimestamp) }
            guard made.isValid(on: day, validity: validity) else { return .failed(.expired) }
            return .rewritten("\(Mailbox.quotedForm(of: local))@\(host)")
        case .srs1(let hash, let firstHop, let opaque):
            guard signer.verify(hash, over: firstHop, opaque) else { return .failed(.badHash) }
            return .rewritten("\(Mailbox.quotedForm(of: "SRS0\(opaque)"))@\(firstHop)")
        }
    }
}
