public import Configuration
public import ServiceProtocol

/// The mapping `reputation`: what is asked of the network about clients and senders. It has no keys yet.
public struct ReputationConfiguration: ServiceConfiguration {
    /// Asks for nothing, so every key is unknown.
    public init(from mapping: ConfigurationMapping, common: CommonConfiguration) {}

    /// An empty mapping.
    public func normalised() -> ConfigurationNode {
        ConfigurationNode(mapping: [])
    }
}
