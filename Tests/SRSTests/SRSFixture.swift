import MailTypes
import SRS
import Testing

/// The day of Unix time 1700000000; its timestamp is `G3`.
let vectorDay = 19675

/// A rewriter for a domain of rewritten addresses.
func rewriter(
    _ domain: String = "fwd.example", hostname: String? = "mx.example.net", secrets: [String] = ["secret"],
    hashLength: Int = 4, formerHashLengths: [Int] = [], validity: Int = 20, keeping: SRSKeeping = .tooLong,
    further: [String: [String]] = [:]
) throws -> SRSRewriter {
    let signer = SRSSigner(
        secrets: secrets.compactMap { SRSSecret($0) }, hashLength: hashLength,
        formerHashLengths: formerHashLengths)
    let domains = SRSDomains(
        try #require(Domain(parsing: domain)),
        further: try further.map { name, originals in
            (try #require(Domain(parsing: name)), originals.compactMap { Domain(parsing: $0) })
        })
    return SRSRewriter(
        domains: domains, hostname: hostname.flatMap { Domain(parsing: $0) }, signer: try #require(signer),
        validity: validity, keeping: keeping)
}
