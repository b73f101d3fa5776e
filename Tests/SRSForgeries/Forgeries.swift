internal import MailTypes
internal import SRS

/// Right addresses with something changed. What differs in letter case or in the place of a separator only is signed
/// alike, by this scheme, and is no forgery here.
public struct Forgeries {
    /// The day on which they are tried.
    public static let day = 19_675

    private let rewriter: SRSRewriter
    private let originals: [[UInt8]]

    /// Forgeries of addresses with one secret and a hash of this length; nil only when libcrypto fails.
    public init?(hashLength: Int) {
        guard let domain = Domain(parsing: "fwd.example"),
            let signer = SRSSecret("one").flatMap({ SRSSigner(secrets: [$0], hashLength: hashLength) })
        else { return nil }
        rewriter = SRSRewriter(domains: SRSDomains(domain), hostname: nil, signer: signer)
        originals = Self.senders.compactMap { [rewriter] sender in
            let address = rewriter.forward(sender, day: Self.day).address
            return address.map { Array($0.utf8.prefix { $0 != UInt8(ascii: "@") }) }
        }
        guard originals.count == Self.senders.count else { return nil }
    }

    /// Senders whose addresses have all three forms.
    private static let senders = [
        "alice@a.example", "bob.smith+x@mail.example.org", "\(String(repeating: "long", count: 12))@a.example",
        "o'neill@b.example", "SRS0=abcd=G3=c.example=carol@d.example",
        "SRS1=efgh=d.example==abcd=G3=c.example=carol@e.example", "x@y.example",
    ]

    /// Whether the unchanged addresses are taken: else the count of forgeries that are would say nothing.
    public var originalsAreTaken: Bool {
        originals.allSatisfy { isTaken($0) }
    }

    /// Tries so many forgeries.
    /// - Returns: Those that were taken.
    public func taken(of count: Int, seed: UInt64) -> [String] {
        var mutation = Mutation(seed: seed)
        var taken: [String] = []
        var tried = 0
        var index = 0
        while tried < count {
            let original = originals[index % originals.count]
            index += 1
            guard let forged = mutation.change(original) else { continue }
            tried += 1
            if isTaken(forged) { taken.append(String(decoding: forged, as: UTF8.self)) }
        }
        return taken
    }

    private func isTaken(_ localPart: [UInt8]) -> Bool {
        let address = String(decoding: localPart, as: UTF8.self) + "@fwd.example"
        switch rewriter.reverse(address, day: Self.day, locality: .foreign) {
        case .rewritten, .kept: return true
        case .shortened, .bypassed, .failed: return false
        }
    }
}
