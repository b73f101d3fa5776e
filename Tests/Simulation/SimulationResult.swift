/// What became of one seed.
public struct SimulationResult: Sendable {
    /// The seed.
    public let seed: UInt64
    /// Each broken rule, with the moment it was seen; empty when all held.
    public let violations: [String]
    /// What happened, line by line; empty unless it was asked for.
    public let trace: [String]
    /// Requests of Postfix.
    public let requests: Int
    /// Questions to services.
    public let questions: Int
    /// Recordings that were counted.
    public let counted: Int
    /// Connections that were lost while the service was up.
    public let losses: Int
    /// Events of the simulation.
    public let events: Int

    /// Whether every rule held.
    public var isPassed: Bool { violations.isEmpty }
}
