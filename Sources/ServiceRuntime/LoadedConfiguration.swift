public import Configuration
public import ServiceProtocol

/// One service's part of the configuration file, and the part all share.
public struct LoadedConfiguration<Own: ServiceConfiguration>: Sendable {
    /// The mapping `common`.
    public var common: CommonConfiguration
    /// The mapping of the service's name.
    public var own: Own

    /// Reads the file at `path`.
    /// - Throws: ``ConfigurationErrors`` with every fault of the two parts.
    public init(path: String, service: String) throws(ConfigurationErrors) {
        self.init(try Self.read(path, service))
    }

    private init(_ parts: (CommonConfiguration, Own)) {
        (common, own) = parts
    }

    private static func read(
        _ path: String, _ service: String
    ) throws(ConfigurationErrors) -> (
        CommonConfiguration, Own
    ) {
        let document = try ConfigurationFile.load(path: path)
        return try document.read(otherKeys: .known(configurationKeys)) { root in
            let common = CommonConfiguration(from: root.mapping("common"))
            return (common, Own(from: root.mapping(service), common: common))
        }
    }
}

/// The keys at the top of a configuration file.
public let configurationKeys = ["common", "frontend", "directory", "greylist", "throttle", "srs", "reputation"]
