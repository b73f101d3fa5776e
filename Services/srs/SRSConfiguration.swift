public import Configuration
internal import MailTypes
public import SQLStore
public import ServiceProtocol

/// The mapping `srs`: rewriting the senders of forwarded mail and reversing what comes back.
public struct SRSConfiguration: ServiceConfiguration {
    /// `domain`: the domain of rewritten addresses, in A-label form; required for rewriting. Without it every lookup
    /// answers "not found".
    public var domain: String?
    /// `further-domains`: more domains of rewritten addresses, and the original domains that each is for; in A-label form.
    /// Default: none.
    public var furtherDomains: [(domain: String, originals: [String])]
    /// `secret-file`: the absolute path of the file with the secrets, one in each line; required with `domain`.
    public var secretFile: String?
    /// The secrets of that file: the first one that has not ended signs, the others only verify.
    public var secrets: [SRSSecret]
    /// `validity`: how long a rewritten address is good for, in whole days, 1d to 1022d. Default: 20d.
    public var validity: TimeSpan
    /// `hash-length`: the characters of a hash, 4 to 27. Default: 4. A shorter hash could be guessed.
    public var hashLength: Int
    /// `former-hash-lengths`: lengths of hashes that are taken too, each 4 to 27. Default: none.
    public var formerHashLengths: [Int]
    /// `keep-originals`: which original addresses are kept in the store instead of being written into the rewritten ones.
    /// Default: too-long.
    public var keepOriginals: SRSKeeping
    /// `max-originals`: how many of them are kept, 1000 to 100000000. Default: 500000.
    public var maximumOriginals: Int
    /// `on-failure`: the answer when it cannot be told whether an address is to be rewritten, because the locality of its
    /// domain or the excluded domains are unknown, and when its original cannot be kept. Default: not-found.
    public var onFailure: LookupFailureRule
    /// `store`: where the table of excluded domains and the kept originals are. Default: the SQLite file `srs.db` in the
    /// state directory, or the one that `database` names.
    public var store: StoreConfiguration

    /// Asks the mapping for every key there is.
    public init(from mapping: ConfigurationMapping, common: CommonConfiguration) {
        domain = mapping.optional("domain", as: .domain)
        furtherDomains = Self.furtherDomains(in: mapping.mapping("further-domains"))
        secretFile = mapping.item("secret-file")?.scalar?.text
        secrets = Self.secrets(in: mapping)
        validity = mapping.duration("validity", default: .days(20), in: .days(1)...(.days(1022)))
        hashLength = mapping.int(
            "hash-length", default: SRSSigner.minimumHashLength,
            in: SRSSigner.minimumHashLength...SRSSigner.maximumHashLength)
        formerHashLengths = mapping.value(
            "former-hash-lengths", default: [],
            as: .list(of: .int(in: SRSSigner.minimumHashLength...SRSSigner.maximumHashLength)))
        keepOriginals = mapping.choice("keep-originals", of: SRSKeeping.self, default: .tooLong)
        maximumOriginals = mapping.int("max-originals", default: 500_000, in: 1_000...100_000_000)
        onFailure = mapping.choice("on-failure", of: LookupFailureRule.self, default: .notFound)
        store = StoreConfiguration(from: mapping, service: "srs", stateDirectory: common.stateDirectory)
        if validity.wholeSeconds % 86_400 != 0 {
            mapping.report("validity", "expected whole days such as 20d")
        }
        if domain != nil, secretFile == nil {
            mapping.report("secret-file", "required with domain, but not given")
        }
        if domain == nil, !furtherDomains.isEmpty {
            mapping.report("domain", "required with further-domains, but not given")
        }
        checkDomains(in: mapping)
    }

    private func checkDomains(in mapping: ConfigurationMapping) {
        let longest = SRSRewriter.maximumDomain(hashLength: hashLength)
        let tooLong = "a rewritten address would be longer than \(SRSRewriter.maximumPath) octets: the domain may have"
        if let domain, domain.utf8.count > longest { mapping.report("domain", "\(tooLong) \(longest)") }
        for (name, _) in furtherDomains {
            if name == domain { mapping.report("further-domains", "\(name) is the domain already") }
            if name.utf8.count > longest { mapping.report("further-domains", "\(name): \(tooLong) \(longest)") }
        }
    }

    private static func furtherDomains(in mapping: ConfigurationMapping) -> [(domain: String, originals: [String])] {
        var seen: Set<String> = []
        var seenOriginals: Set<String> = []
        return mapping.allItems().compactMap { name, item in
            guard let domain = Domain(parsing: name), !domain.isAddressLiteral else {
                item.report("\"\(name)\" is not a domain name")
                return nil
            }
            guard seen.insert(domain.text).inserted else {
                item.report("\(domain) is given twice")
                return nil
            }
            let originals = item.value(as: .list(of: .domain)) ?? []
            for original in originals where !seenOriginals.insert(original).inserted {
                item.report("\(original) is given twice")
            }
            return (domain.text, originals)
        }
    }

    /// An empty secret stands for a file that was not read, as when a configuration is checked without the right to it.
    private static func secrets(in mapping: ConfigurationMapping) -> [SRSSecret] {
        guard let text = mapping.optionalSecret("secret")?.revealed(), !text.isEmpty else { return [] }
        do {
            let secrets = try SRSSecretList(parsing: text).secrets
            if secrets.isEmpty { mapping.report("secret-file", "the file has no line that is not empty") }
            return secrets
        } catch {
            mapping.report("secret-file", "\(error)")
            return []
        }
    }

    /// The validity in days.
    public var validityDays: Int {
        Int(clamping: validity.wholeSeconds / 86_400)
    }

    /// The domains of rewritten addresses; nil without `domain`.
    var domains: SRSDomains? {
        domain.flatMap { Domain(parsing: $0) }.map { main in
            SRSDomains(
                main,
                further: furtherDomains.compactMap { name, originals in
                    Domain(parsing: name).map { ($0, originals.compactMap { Domain(parsing: $0) }) }
                })
        }
    }

    /// The configuration with every key written out; a key without a value is left out.
    public func normalised() -> ConfigurationNode {
        ConfigurationNode(mapping: [
            ("domain", domain.map { ConfigurationNode($0) }),
            (
                "further-domains",
                ConfigurationNode(mapping: furtherDomains.map { ($0.domain, ConfigurationNode($0.originals)) })
            ),
            ("secret-file", secretFile.map { ConfigurationNode($0) }),
            ("validity", ConfigurationNode(validity)),
            ("hash-length", ConfigurationNode(hashLength)),
            ("former-hash-lengths", ConfigurationNode(list: formerHashLengths.map { ConfigurationNode($0) })),
            ("keep-originals", ConfigurationNode(keepOriginals.rawValue)),
            ("max-originals", ConfigurationNode(maximumOriginals)),
            ("on-failure", ConfigurationNode(onFailure.rawValue)),
            ("store", store.normalised()),
        ])
    }
}
