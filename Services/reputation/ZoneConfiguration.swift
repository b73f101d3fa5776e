internal import Configuration
internal import DNS

/// A zone of the DNS that holds a list, and the label that is the key to it.
struct ZoneConfiguration: Sendable, Hashable {
    /// `name`: how it is called in the log; default: the zone.
    var name: String
    /// `zone`: where the list is.
    var zone: DNSName
    /// `key-file`: the file with the label that stands in front of the zone; for printing.
    var keyFile: String?
    /// The zone with the key in front of it. Never to be shown.
    var keyed: DNSName

    /// Reads the keys `zone`, `name` and `key-file`.
    init(from mapping: ConfigurationMapping) {
        let zone = mapping.value("zone", as: .dnsName) ?? .root
        self.zone = zone
        name = mapping.string("name", default: zone.description)
        keyFile = mapping.item("key-file")?.scalar?.text
        keyed = zone
        // An empty secret stands for a file that was not read, as when a configuration is checked without the right to it.
        guard let key = mapping.optionalSecret("key")?.revealed(), !key.isEmpty else { return }
        guard let label = DNSName(key), label.labelCount == 1, let keyed = label.below(zone) else {
            mapping.report("key-file", "the file does not hold a key: one label of a domain name")
            return
        }
        self.keyed = keyed
    }

    /// The keys.
    var normalised: [(String, ConfigurationNode?)] {
        [
            ("zone", ConfigurationNode(zone.description)), ("name", ConfigurationNode(name)),
            ("key-file", keyFile.map { ConfigurationNode($0) }),
        ]
    }
}

extension ConfigurationReading where Value == DNSName? {
    /// The name of a zone.
    static var dnsName: ConfigurationReading {
        .parsed("the name of a zone such as dnsbl.example", placeholder: nil) { text in
            guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else { return nil }
            return DNSName(text).map(Optional.some)
        }
    }
}
