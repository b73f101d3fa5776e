/// One value of the file while it is being read: a list's item, or a key's value.
public struct ConfigurationItem {
    /// The value as the file has it.
    public let node: ConfigurationNode
    /// Where it is in the tree.
    public let path: ConfigurationPath
    let sink: ConfigurationReport

    init(node: ConfigurationNode, path: ConfigurationPath, sink: ConfigurationReport) {
        self.node = node
        self.path = path
        self.sink = sink
    }

    /// True when the value is a mapping; for values that may be text or a mapping.
    public var isMapping: Bool {
        if case .mapping = node.content { true } else { false }
    }

    /// True when the value is a list.
    public var isList: Bool {
        if case .list = node.content { true } else { false }
    }

    /// The single value; nil for a list, a mapping and nothing.
    public var scalar: ConfigurationScalar? {
        guard case .scalar(let scalar) = node.content, !scalar.isNull else { return nil }
        return scalar
    }

    /// The value as the reading understands it; nil with the fault recorded when it does not.
    public func value<Value>(as reading: ConfigurationReading<Value>) -> Value? {
        reading.read(self)
    }

    /// The value as a mapping. Nothing counts as an empty mapping; any other value is a fault, and an empty mapping
    /// that records no further faults stands in.
    public func mapping() -> ConfigurationMapping {
        if case .mapping(let entries) = node.content {
            return ConfigurationMapping(node: node, entries: entries, path: path, sink: sink)
        }
        guard !node.isNull else {
            return ConfigurationMapping(node: node, entries: [], path: path, sink: sink)
        }
        expected("a mapping")
        return ConfigurationMapping(standInFor: node, path: path, sink: sink)
    }

    /// The value's items; for anything but a list the fault is recorded and there are none.
    public func items() -> [ConfigurationItem] {
        guard case .list(let nodes) = node.content else {
            expected("a list", hint: node.isNull ? "write [] for an empty list" : nil)
            return []
        }
        return nodes.enumerated().map { position, node in
            ConfigurationItem(node: node, path: path.appending(index: position), sink: sink)
        }
    }

    /// Records a fault of this value.
    public func report(_ message: String) {
        sink.add(node.location, path, message)
    }

    /// Records the fault `expected WHAT, found VALUE`, with a hint after it if there is one. Not for secrets.
    public func expected(_ what: String, hint: String? = nil) {
        report("expected \(what), found \(node.found)" + (hint.map { "; \($0)" } ?? ""))
    }
}
