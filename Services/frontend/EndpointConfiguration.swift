public import Configuration
internal import PostfixProtocol
public import ServiceProtocol

/// A service as the frontend reaches it.
public struct EndpointConfiguration: Sendable, ConfigurationPrintable {
    /// Its name.
    public var name: String
    /// Paths of its instances' Unix sockets.
    public var endpoints: [String]
    /// Checks of a service that is not one of the shipped ones.
    public var customChecks: [CheckDefinition]
    /// Kinds of fact such a service provides.
    public var customFacts: [String]

    /// The shipped services.
    public static let shippedNames = ["directory", "greylist", "reputation", "srs", "throttle"]

    /// Reads the service `name`.
    public init(name: String, from mapping: ConfigurationMapping, common: CommonConfiguration) {
        self.name = name
        let isShipped = Self.shippedNames.contains(name)
        let shipped = isShipped ? [common.runtimeDirectory + "/" + name + ".sock"] : []
        let reading = ConfigurationReading.socketAddress(directory: common.runtimeDirectory)
        let addresses = mapping.optional("endpoints", as: .list(of: reading))
        endpoints = shipped
        if let addresses {
            endpoints = addresses.compactMap(\.unixPath)
            if endpoints.count != addresses.count {
                mapping.report("endpoints", "services are reached over Unix sockets only, such as unix:greylist.sock")
            }
        }
        if endpoints.isEmpty, addresses?.isEmpty ?? true { mapping.report("endpoints", "required, but not given") }
        if Set(endpoints).count != endpoints.count { mapping.report("endpoints", "names an endpoint twice") }
        customChecks = mapping.list("checks") { Self.check($0, service: name) }
        customFacts = mapping.strings("provides", default: [])
        if isShipped, !(customChecks.isEmpty && customFacts.isEmpty) {
            mapping.report("checks and provides are for custom services; \(name) is a shipped one")
        }
    }

    private init(shipped name: String, common: CommonConfiguration) {
        self.name = name
        endpoints = [common.runtimeDirectory + "/" + name + ".sock"]
        customChecks = []
        customFacts = []
    }

    /// A shipped service at its default place.
    public static func shipped(_ name: String, common: CommonConfiguration) -> EndpointConfiguration {
        EndpointConfiguration(shipped: name, common: common)
    }

    private static func check(_ item: ConfigurationItem, service: String) -> CheckDefinition? {
        let mapping = item.mapping()
        let name = mapping.value("name", as: .checkName)
        let records = mapping.bool("records", default: false)
        let counts = mapping.bool("counts", default: false)
        let asksNetwork = mapping.bool("asks-network", default: false)
        let uses = mapping.strings("uses", default: [])
        let provides = mapping.strings("provides", default: [])
        let wants = mapping.value("wants", default: [], as: .list(of: .factWant))
        if counts, !records { mapping.report("counts", "a check that counts records too: set records: true") }
        if CheckCatalog.shipped[name] != nil || name == "score-action" {
            mapping.report("name", "\(name) is a shipped check")
        }
        return CheckDefinition(
            name, .service(service), records: records, isKeyed: counts, asksNetwork: asksNetwork, wants: wants,
            provides: Set(provides), uses: Set(uses))
    }

    /// The service with every key written out.
    public func normalised() -> ConfigurationNode {
        let checks = customChecks.map { check in
            ConfigurationNode(mapping: [
                ("name", ConfigurationNode(check.name)),
                ("records", ConfigurationNode(check.records)),
                ("counts", ConfigurationNode(check.isKeyed)),
                ("asks-network", ConfigurationNode(check.asksNetwork)),
                ("uses", ConfigurationNode(check.uses.sorted())),
                ("provides", ConfigurationNode(check.provides.subtracting(["score"]).sorted())),
                ("wants", ConfigurationNode(check.wants.map(\.description))),
            ])
        }
        return ConfigurationNode(mapping: [
            ("endpoints", ConfigurationNode(endpoints.map { "unix:\($0)" })),
            ("checks", checks.isEmpty ? nil : ConfigurationNode(list: checks)),
            ("provides", customFacts.isEmpty ? nil : ConfigurationNode(customFacts)),
        ])
    }
}

extension ConfigurationReading where Value == String {
    /// The name of a check or service: it stands in attribute names, so it is a plain word.
    static var checkName: ConfigurationReading<String> {
        .parsed("a name of lower-case letters, digits and hyphens", placeholder: "check") { text in
            let isWord = text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
            return isWord && !text.isEmpty && text.utf8.count <= 64 ? text : nil
        }
    }
}

extension ConfigurationReading where Value == FactWant {
    /// A cheap fact and the attribute whose domain it is about.
    static var factWant: ConfigurationReading<FactWant> {
        .parsed(
            "a fact such as local:recipient or alias-target:sender",
            placeholder: FactWant(kind: "local", attribute: "recipient")
        ) { text in
            guard let want = FactWant(parsing: text) else { return nil }
            return ["sender", "recipient", "sasl_username"].contains(want.attribute) ? want : nil
        }
    }
}
