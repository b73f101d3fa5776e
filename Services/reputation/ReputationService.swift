public import Logging
public import ServiceProtocol

/// The service for checks and facts that ask the network. It provides nothing yet and says so in its hello.
public final class ReputationService: PolicyService {
    /// A service without state.
    public init(
        configuration: ReputationConfiguration, common: CommonConfiguration, clock: ServiceClock = .system, log: Logger
    ) throws {}

    /// Takes another configuration.
    public func apply(_ configuration: ReputationConfiguration, common: CommonConfiguration) {}

    /// What the service says of itself.
    public var hello: Hello {
        Hello(service: "reputation")
    }
}
