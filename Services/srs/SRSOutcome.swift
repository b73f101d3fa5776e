public import SQLStore

/// Whether a domain is one of the server's own mail domains.
public enum DomainLocality: Sendable, Hashable {
    /// It is.
    case local
    /// It is not.
    case foreign
    /// It could not be found out.
    case unknown
}

/// Why an address is left as it is. The raw value is the reply's text.
public enum SRSBypass: String, Sendable, Hashable, CaseIterable {
    /// The key is not a mail address.
    case notAnAddress = "Not a valid email address, bypassed."
    /// The sender is in the domain of rewritten addresses already.
    case srsDomain = "Domain is srs_domain, bypassed."
    /// The sender is at the server's own name.
    case hostname = "Domain is server hostname, bypassed."
    /// The sender is in one of the server's mail domains.
    case localDomain = "Domain is a local mail domain, bypassed."
    /// An administrator wants senders of this domain left alone.
    case excluded = "Domain is explicitly excluded, bypassed."
    /// The recipient is no rewritten address, or one that others have to reverse.
    case notSRS = "Not a valid SRS address, bypassed."
}

/// Why an address that should be rewritten or reversed is not. The reply has no text: the reason is for the log.
public enum SRSFailure: Sendable, Hashable {
    /// Whether the domain is local could not be found out.
    case localityUnknown
    /// The new local part would have more than 64 octets (RFC 5321 section 4.5.3.1.1).
    case localPartTooLong
    /// The new address would have more than 254 octets (RFC 5321 section 4.5.3.1.3, without angle brackets).
    case pathTooLong
    /// The hash is shorter than 4 characters, or made with none of the secrets, or for other parts.
    case badHash
    /// The timestamp is not two characters of its alphabet.
    case badTimestamp
    /// The address was made too many days ago, or on a day to come.
    case expired
    /// Every secret has ended.
    case noSecret
    /// libcrypto did not make the hash.
    case cryptoFailed
    /// No more original addresses may be kept.
    case tooManyKept
    /// The original address could not be kept, or looked for.
    case storeFailed
    /// The hash is right, and the original address is not, or no longer, kept.
    case originalUnknown
}

/// An original address that has to be kept before it is replaced.
public struct SRSOriginal: Sendable, Hashable {
    /// What it is found by: the same for one address on one day, on every host with the same secret.
    public var identifier: Bytes16
    /// The address that a bounce goes to, written as in SMTP.
    public var address: String
    /// The last day on which it is asked for, in days since 1970-01-01 UTC.
    public var lastDay: Int
}

/// What becomes of an address that is looked up.
public enum SRSOutcome: Sendable, Hashable {
    /// It is replaced by this one, written as in SMTP.
    case rewritten(String)
    /// It is replaced by this one, written as in SMTP, once the original is kept.
    case shortened(String, SRSOriginal)
    /// It is replaced by the original that is kept under this identifier.
    case kept(Bytes16)
    /// It is left as it is, and should be.
    case bypassed(SRSBypass)
    /// It is left as it is, though it should have been replaced.
    case failed(SRSFailure)

    /// The new address, as far as it is known without asking the store.
    public var address: String? {
        switch self {
        case .rewritten(let address), .shortened(let address, _): address
        case .kept, .bypassed, .failed: nil
        }
    }

    /// The reply's text after the code 500; nil for what is replaced. It is empty for a failure.
    public var reasonText: String? {
        switch self {
        case .rewritten, .shortened, .kept: nil
        case .bypassed(let bypass): bypass.rawValue
        case .failed: ""
        }
    }
}
