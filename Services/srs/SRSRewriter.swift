public import MailTypes

/// Rewrites the senders of forwarded mail into the server's own domain, and reverses the recipients of what comes back.
///
/// Keys and results are addresses as in SMTP, without angle brackets. A key may also be an address without quotes, as
/// Postfix asks for one when the quoted form is not found.
public struct SRSRewriter: Sendable {
    /// The longest local part in octets, its quotes included (RFC 5321 section 4.5.3.1.1).
    public static let maximumLocalPart = 64

    /// The longest address in octets (RFC 5321 section 4.5.3.1.3, without angle brackets).
    public static let maximumPath = 254

    /// The domains of rewritten addresses.
    public let domains: SRSDomains

    /// The fully qualified name of the server, if it has one.
    public let hostname: Domain?

    /// The days a rewritten address is good for, the day it was made not counted.
    public let validity: Int

    /// Which original addresses are kept.
    public let keeping: SRSKeeping

    let signer: SRSSigner

    /// Puts a rewriter together. The validity is held between 0 and 1022 days, so that a timestamp never means two
    /// days.
    public init(
        domains: SRSDomains, hostname: Domain?, signer: SRSSigner, validity: Int = SRSTimestamp.defaultValidity,
        keeping: SRSKeeping = .tooLong
    ) {
        self.domains = domains
        self.hostname = hostname
        self.signer = signer
        self.validity = min(max(validity, 0), SRSTimestamp.period - 2)
        self.keeping = keeping
    }

    /// The longest SRS domain in octets: any longer one leaves no room for the address of a kept original.
    public static func maximumDomain(hashLength: Int) -> Int {
        // SRS0=HASH=TS==IDENTIFIER@
        maximumPath - "SRS0=".utf8.count - hashLength - "=TS==".utf8.count - SRSAddress.identifierLength - 1
    }

    /// True for the domains of rewritten addresses and for the server's name.
    func isOwn(_ domain: Domain) -> Bool {
        domains.contains(domain) || domain == hostname
    }

    static func mailbox(_ key: String) -> Mailbox? {
        // By bytes: as a Character, the quote would take a combining mark behind it along.
        guard key.utf8.first == UInt8(ascii: "\"") else { return Mailbox(parsing: key) }
        return Mailbox(smtpPath: key) ?? Mailbox(parsing: key)
    }
}
