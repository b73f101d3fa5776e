public import MailTypes

/// Whom check_host() is asked about: RFC 7208 section 4.1, and what macros may want to know beside it.
public struct SPFQuery: Sendable {
    /// The client's address.
    public var client: IPAddress
    /// The domain whose record is asked for, as it was given.
    public var domain: String
    /// The local part of the sender; `postmaster` where there is none (section 4.3).
    public var localPart: String
    /// The domain of the sender: like ``domain``, but not changed by `include` and `redirect`.
    public var senderDomain: String { domain }
    /// The name the client gave in HELO or EHLO.
    public var helo: String
    /// The name of this host, for explanations.
    public var receiver: String
    /// The time, for explanations, in Unix seconds.
    public var time: Int

    /// A query about a mailbox, or with `sender` empty about the HELO name (section 2.4).
    public init(client: IPAddress, sender: String, helo: String, receiver: String = "unknown", time: Int = 0) {
        let at = sender.utf8.lastIndex(of: UInt8(ascii: "@"))
        let localPart = at.map { String(sender[..<$0]) } ?? ""
        self.client = client
        domain = at.map { String(sender[sender.utf8.index(after: $0)...]) } ?? (sender.isEmpty ? helo : sender)
        self.localPart = localPart.isEmpty ? "postmaster" : localPart
        self.helo = helo
        self.receiver = receiver
        self.time = time
    }

    /// A query about a domain as such: its sender is `postmaster`.
    public init(client: IPAddress, domain: String, helo: String = "unknown") {
        self.init(client: client, sender: "@" + domain, helo: helo)
    }
}

/// How much an evaluation may ask for.
public struct SPFLimits: Sendable, Equatable {
    /// Terms that ask the DNS: beyond, permerror. RFC 7208 section 4.6.4.
    public var terms: Int?
    /// Terms for which the DNS has nothing: beyond, permerror. RFC 7208 section 4.6.4.
    public var voidTerms: Int?
    /// Mail exchanges of one `mx`: beyond, permerror. RFC 7208 section 4.6.4.
    public var exchanges = 10
    /// Reverse names that are looked at; the others count as not there. RFC 7208 section 4.6.4.
    public var reverseNames = 10
    /// Questions in all: beyond, permerror. Nil for as many as the other limits allow.
    public var questions: Int?
    /// Whether `ptr` may match.
    public var reverseNamesMatch = true
    /// Whether a domain that has been evaluated already counts as not matching when it is included again.
    public var cutsLoops = false
    /// Whether the explanation of a fail is asked for.
    public var seeksExplanation = true

    /// The limits of RFC 7208.
    public static let standard = SPFLimits(terms: 10, voidTerms: 2)
    /// For asking whether a domain lists a client: 20 questions, and what anybody can write into the reverse zone of his
    /// own network does not count.
    public static let listing = SPFLimits(
        questions: 20, reverseNamesMatch: false, cutsLoops: true, seeksExplanation: false)
}
