public import Configuration
public import SQLStore
public import ServiceProtocol

/// The mapping `srs`: rewriting the senders of forwarded mail and reversing what comes back.
public struct SRSConfiguration: ServiceConfiguration {
    /// `domain`: the domain of rewritten addresses, in A-label form; required for rewriting. Without it every lookup
    /// answers "not found".
    public var domain: String?
    /// `secret-file`: the absolute path of the file with the secrets, one in each line; required with `domain`.
    public var secretFile: String?
    /// The secrets of that file: the first one signs, the others only verify.
    public var secrets: [SRSSecret]
    /// `validity`: how long a rewritten address is good for, in whole days, 1d to 1022d. Default: 20d.
    public var validity: TimeSpan
    /// `hash-length`: the characters of a hash, 4 to 27. Default: 4. A shorter hash could be guessed.
    public var hashLength: Int
    /// `on-failure`: the answer when it cannot be told whether an address is to be rewritten, because the locality of its
    /// domain or the excluded domains are unknown. Default: not-found.
    public var onFailure: LookupFailureRule
    /// `store`: where the table of excluded domains is. Default: the SQLite file `srs.db` in the state directory, or the
    /// one that `database` names.
    public var store: StoreConfiguration

    /// Asks the mapping for every key there is.
    public init(from mapping: ConfigurationMapping, common: CommonConfiguration) {
        domain = mapping.optional("domain", as: .domain)
        secretFile = mapping.item("secret-file")?.scalar?.text
        secrets = Self.secrets(in: mapping)
        validity = mapping.duration("validity", default: .days(20), in: .days(1)...(.days(1022)))
        hashLength = mapping.int(
            "hash-length", default: SRSSigner.minimumHashLength,
            in: SRSSigner.minimumHashLength...SRSSigner.maximumHashLength)
        onFailure = mapping.choice("on-failure", of: LookupFailureRule.self, default: .notFound)
        store = StoreConfiguration(from: mapping, service: "srs", stateDirectory: common.stateDirectory)
        if validity.wholeSeconds % 86_400 != 0 {
            mapping.report("validity", "expected whole days such as 20d")
        }
        if domain != nil, secretFile == nil {
            mapping.report("secret-file", "required with domain, but not given")
        }
    }

    /// An empty secret stands for a file that was not read, as when a configuration is checked without the right to it.
    private static func secrets(in mapping: ConfigurationMapping) -> [SRSSecret] {
        guard let text = mapping.optionalSecret("secret")?.revealed(), !text.isEmpty else { return [] }
        let lines = text.split(whereSeparator: \.isNewline)
        if lines.isEmpty { mapping.report("secret-file", "the file has no line that is not empty") }
        return lines.compactMap { SRSSecret(String($0)) }
    }

    /// The validity in days.
    var validityDays: Int {
        Int(clamping: validity.wholeSeconds / 86_400)
    }

    /// The configuration with every key written out; a key without a value is left out.
    public func normalised() -> ConfigurationNode {
        ConfigurationNode(mapping: [
            ("domain", domain.map { ConfigurationNode($0) }),
            ("secret-file", secretFile.map { ConfigurationNode($0) }),
            ("validity", ConfigurationNode(validity)),
            ("hash-length", ConfigurationNode(hashLength)),
            ("on-failure", ConfigurationNode(onFailure.rawValue)),
            ("store", store.normalised()),
        ])
    }
}
