internal import DNS
internal import MailTypes

/// What a list says of a name or an address: RFC 5782 section 2.
enum ZoneAnswer: Sendable, Equatable {
    /// It is listed, with these answers.
    case listed([IPAddress])
    /// It is not.
    case unlisted
    /// The list said nothing.
    case failed(DNSFailure)
    /// The list said that it does not answer us, or something that is none of a list's answers.
    case nonsense(String)
    /// The list was not asked, since something is wrong with it.
    case setAside(String)

    /// Lists answer in 127.0.0.0/8; 127.255.255.0/24 there says that they would rather not be asked by us.
    init(_ answer: DNSAnswer) {
        switch answer {
        case .noRecords, .noSuchName: self = .unlisted
        case .failed(let failure): self = .failed(failure)
        case .records: self = Self.reading(answer.addresses)
        }
    }

    private static func reading(_ addresses: [IPAddress]) -> ZoneAnswer {
        if let refusal = addresses.first(where: { Self.refusals?.contains($0) ?? false }) {
            return .nonsense("it refuses to answer this resolver (\(refusal))")
        }
        // A server gives them in any order.
        let codes = addresses.filter(\.isLoopback).sorted { Self.number(of: $0) < Self.number(of: $1) }
        guard codes.isEmpty, let other = addresses.first else { return .listed(codes) }
        return .nonsense("it answers \(other), which is no answer of a list")
    }

    private static func number(of address: IPAddress) -> UInt32 {
        guard case .v4(let number) = address else { return .max }
        return number
    }

    private static let refusals = Network(parsing: "127.255.255.0/24")

    /// Why it says nothing; nil when it does.
    var problem: String? {
        switch self {
        case .listed, .unlisted: nil
        case .failed(let failure): failure.rawValue
        case .nonsense(let text): text
        case .setAside(let text): "set aside: \(text)"
        }
    }
}
