/// A parser, with what must be true of it for any bytes.
///
/// The fuzzers of `Fuzz/` call `check` with whatever libFuzzer makes up, `FuzzTests` with the seeds of `Fuzz/Corpora`:
/// what a fuzzer found once is a seed, and so a test.
public protocol FuzzTarget: Sendable {
    /// The name of its executable, and of its directory in `Fuzz/Corpora`.
    static var name: String { get }

    /// Parses `bytes`. Throws when an invariant does not hold.
    static func check(_ bytes: [UInt8]) throws(BrokenInvariant)
}

/// All targets, in the order of their names.
public let fuzzTargets: [any FuzzTarget.Type] = [
    AddressPatternTarget.self, AdminTarget.self, AttributeListTarget.self, CheckTarget.self, ConfigurationTarget.self,
    FactTarget.self, HelloTarget.self, LookupTarget.self, MailboxTarget.self, NetworkTarget.self,
    PolicyActionTarget.self, PolicyRequestTarget.self, SocketmapTarget.self, SRSTarget.self,
    SRSSecretsTarget.self, TCPTableTarget.self,
]
