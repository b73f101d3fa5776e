public import MailTypes

/// What the DNS says to a question.
public enum DNSAnswer: Sendable, Equatable {
    /// There are such records: at least one.
    case records(DNSRecords)
    /// The name exists, without such records.
    case noRecords
    /// The name does not exist.
    case noSuchName
    /// It is not known.
    case failed(DNSFailure)

    /// The addresses of an answer to a question for A or AAAA; else none.
    public var addresses: [IPAddress] {
        guard case .records(.addresses(let addresses)) = self else { return [] }
        return addresses
    }

    /// The texts of an answer to a question for TXT; else none.
    public var texts: [[UInt8]] {
        guard case .records(.texts(let texts)) = self else { return [] }
        return texts
    }

    /// The mail exchanges of an answer to a question for MX; else none.
    public var exchanges: [DNSExchange] {
        guard case .records(.exchanges(let exchanges)) = self else { return [] }
        return exchanges
    }

    /// The names of an answer to a question for PTR; else none.
    public var names: [DNSName] {
        guard case .records(.names(let names)) = self else { return [] }
        return names
    }

    /// Why it is not known; nil when it is.
    public var failure: DNSFailure? {
        guard case .failed(let failure) = self else { return nil }
        return failure
    }

    /// Whether it is known that there are no such records.
    public var isNegative: Bool {
        switch self {
        case .noRecords, .noSuchName: true
        case .records, .failed: false
        }
    }
}

/// The records of one kind, in the order of the answer.
public enum DNSRecords: Sendable, Equatable {
    /// A or AAAA.
    case addresses([IPAddress])
    /// MX.
    case exchanges([DNSExchange])
    /// PTR.
    case names([DNSName])
    /// TXT: of each record the strings, joined without anything between them.
    case texts([[UInt8]])
}

/// A mail exchange.
public struct DNSExchange: Sendable, Hashable {
    /// The smaller, the sooner it is tried.
    public let preference: UInt16
    /// The host; the root means that the domain takes no mail (RFC 7505).
    public let host: DNSName

    /// A mail exchange.
    public init(preference: UInt16, host: DNSName) {
        self.preference = preference
        self.host = host
    }
}

/// Why the DNS has not said anything of use.
public enum DNSFailure: String, Sendable, Hashable, CaseIterable {
    /// Nobody answered in time.
    case timedOut = "no answer in time"
    /// A server could not or would not answer: SERVFAIL, REFUSED and the like, or no server could be reached.
    case refused = "the resolver failed or refused"
    /// The answer could not be read.
    case malformed = "malformed answer"
    /// Too many questions are under way.
    case overloaded = "too many questions under way"
    /// The resolver has been stopped.
    case stopped = "stopped"
}
