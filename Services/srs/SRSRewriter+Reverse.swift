public import MailTypes
internal import SQLStore

extension SRSRewriter {
    /// Reverses a recipient that is a rewritten address of this server.
    ///
    /// Only an address in a domain of rewritten addresses, at the server's name or in a local domain is ours to
    /// reverse; another server's rewritten address passes through as it is.
    ///
    /// - Parameters:
    ///   - day: today, in days since 1970-01-01 UTC.
    ///   - locality: asked about the recipient's domain where it matters.
    public func reverse(_ key: String, day: Int, locality: (Domain) -> DomainLocality) -> SRSOutcome {
        guard let recipient = SRSRewriter.mailbox(key) else { return .bypassed(.notAnAddress) }
        guard let address = SRSAddress(parsing: String(recipient.originalLocalPart)) else { return .bypassed(.notSRS) }
        if !isOwn(recipient.domain) {
            switch locality(recipient.domain) {
            case .local: break
            case .foreign: return .bypassed(.notSRS)
            case .unknown: return .failed(.localityUnknown)
            }
        }
        guard signer.secret(of: address, on: day) != nil else { return .failed(.badHash) }
        switch address {
        case .srs0(_, let timestamp, let host, let local):
            return timeFailure(timestamp, day: day) ?? .rewritten("\(Mailbox.quotedForm(of: local))@\(host)")
        case .kept(_, let timestamp, let identifier):
            return timeFailure(timestamp, day: day) ?? .kept(identifier)
        case .srs1(_, let firstHop, let opaque):
            return .rewritten("\(Mailbox.quotedForm(of: "SRS0\(opaque)"))@\(firstHop)")
        }
    }

    /// Reverses a recipient whose domain is of a known locality.
    public func reverse(_ key: String, day: Int, locality: DomainLocality) -> SRSOutcome {
        reverse(key, day: day) { _ in locality }
    }

    private func timeFailure(_ timestamp: String, day: Int) -> SRSOutcome? {
        guard let made = SRSTimestamp(parsing: timestamp) else { return .failed(.badTimestamp) }
        return made.isValid(on: day, validity: validity) ? nil : .failed(.expired)
    }
}

extension SRSSigner {
    /// The secret that has signed the address, if one has.
    func secret(of address: SRSAddress, on day: Int) -> SRSSecret? {
        switch address {
        case .srs0(let hash, let timestamp, let host, let local):
            secret(of: hash, on: day, [timestamp, host, local])
        case .srs1(let hash, let firstHop, let opaque): secret(of: hash, on: day, [firstHop, opaque])
        case .kept(let hash, let timestamp, let identifier):
            secret(of: hash, on: day, [timestamp, SRSRewriter.keptMark, Base32.encode(identifier.bytes)])
        }
    }
}
