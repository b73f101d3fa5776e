/// One fault of a configuration: where it is, which key it concerns and what was expected.
public struct ConfigurationError: Error, Sendable, Hashable {
    /// Where the fault is.
    public let location: ConfigurationLocation
    /// The key it concerns; `.root` for a fault of the file as a whole or of its YAML.
    public let path: ConfigurationPath
    /// What is wrong and what was expected, in one line. Never holds a secret.
    public let message: String

    /// A fault at a place; `path` is `.root` when no key is concerned.
    public init(location: ConfigurationLocation, path: ConfigurationPath = .root, message: String) {
        self.location = location
        self.path = path
        self.message = message
    }
}

extension ConfigurationError: CustomStringConvertible {
    /// `FILE:LINE:COLUMN: KEY.PATH: message`; without the line and column when the file could not be read, without the
    /// key when no key is concerned.
    public var description: String {
        let key = path.steps.isEmpty ? "" : "\(path): "
        return "\(location): \(key)\(message)"
    }
}
