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

/// The same numbers in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
