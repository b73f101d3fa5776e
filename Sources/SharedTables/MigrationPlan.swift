/// What would make iRedAPD's tables those that Postern makes itself: unique keys, wide counters, counters that go with
/// their setting. Nothing in it is needed for Postern to work.
public struct MigrationPlan: Hashable, Sendable {
    /// One statement and the reason for it.
    public struct Step: Hashable, Sendable {
        /// The table that it is about.
        public var table: String
        /// What it does and why, a sentence.
        public var reason: String
        /// The statement.
        public var statement: String
        /// Whether it removes rows that are there twice.
        public var mergesRows = false
    }

    /// What an administrator has to decide first.
    public struct Obstacle: Hashable, Sendable {
        /// The table that it is about.
        public var table: String
        /// What stands in the way of what, and what to do.
        public var text: String
    }

    /// The statements, in order.
    public internal(set) var steps: [Step] = []
    /// What stands in the way of further steps.
    public internal(set) var obstacles: [Obstacle] = []
    /// The tables that were looked at.
    public internal(set) var tables: [String] = []

    /// Whether there is nothing to do.
    public var isEmpty: Bool { steps.isEmpty && obstacles.isEmpty }
}
