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

    /// `list`, `set` and `delete` say that there is nothing.
    public func administer(_ request: AdminRequest, reply: @escaping @Sendable (AdminReply) -> Void) {
        switch request.verb {
        case "list": reply(.failed("there is nothing to list: reputation keeps nothing yet"))
        case "set", "delete":
            reply(
                .failed(
                    "nothing can be \(request.verb == "set" ? "set" : "deleted") here: what there will be to set "
                        + "are keys of the mapping reputation of the configuration"))
        default: reply(.failed("unknown verb \(request.verb)"))
        }
    }
}
