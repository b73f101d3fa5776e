/// All faults found in one reading, each once, in the order of the file.
public struct ConfigurationErrors: Error, Sendable, Hashable {
    /// The faults, sorted by place; never empty when thrown.
    public let errors: [ConfigurationError]

    /// Sorts the faults by place and removes repetitions; faults of one place keep their order.
    public init(_ errors: [ConfigurationError]) {
        var seen: Set<ConfigurationError> = []
        let unique = errors.filter { seen.insert($0).inserted }
        self.errors = unique.enumerated()
            .sorted { ($0.element.location, $0.offset) < ($1.element.location, $1.offset) }
            .map(\.element)
    }

    /// A single fault.
    public init(_ error: ConfigurationError) {
        self.errors = [error]
    }
}

extension ConfigurationErrors: CustomStringConvertible {
    /// One line for each fault.
    public var description: String {
        errors.map(\.description).joined(separator: "\n")
    }
}
