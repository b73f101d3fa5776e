/// A configuration that can show what it understood, defaults included.
public protocol ConfigurationPrintable {
    /// The configuration with every key written out, readable again by the same reader.
    func normalised() -> ConfigurationNode
}

extension ConfigurationNode {
    /// The node as YAML text that ends with a line break.
    public func yaml() -> String {
        ConfigurationPrinter.yaml(self)
    }
}
