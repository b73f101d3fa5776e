/// A mapping of the file while it is being read. Asking for a key makes it known; keys that nobody asked for are
/// reported as unknown at the end of the reading. Faults are recorded and never thrown here: see
/// `ConfigurationDecodable`.
public struct ConfigurationMapping {
    /// Where it is in the tree.
    public let path: ConfigurationPath
    /// Where it begins; for a mapping that the file does not have, where the mapping around it begins.
    public let location: ConfigurationLocation
    /// False when the file does not have it and every key takes its default.
    public let isPresent: Bool

    let sink: ConfigurationReport
    private let entries: [ConfigurationNode.Entry]
    private let positions: [String: Int]
    // A mapping that stands in for something else must not complain about keys it lacks.
    private let isStandIn: Bool

    init(
        node: ConfigurationNode,
        entries: [ConfigurationNode.Entry],
        path: ConfigurationPath,
        sink: ConfigurationReport
    ) {
        self.path = path
        self.location = node.location
        self.isPresent = true
        self.sink = sink
        self.entries = entries
        self.positions = Dictionary(
            entries.enumerated().map { ($0.element.key, $0.offset) },
            uniquingKeysWith: { first, _ in first }
        )
        self.isStandIn = false
        sink.open(path, entries: entries)
    }

    init(standInFor node: ConfigurationNode, path: ConfigurationPath, sink: ConfigurationReport) {
        self.init(emptyAt: node.location, path: path, sink: sink, isPresent: true, isStandIn: true)
    }

    init(missingIn parent: ConfigurationMapping, key: String) {
        self.init(
            emptyAt: parent.location,
            path: parent.path.appending(key: key),
            sink: parent.sink,
            isPresent: false,
            isStandIn: parent.isStandIn
        )
    }

    private init(
        emptyAt location: ConfigurationLocation,
        path: ConfigurationPath,
        sink: ConfigurationReport,
        isPresent: Bool,
        isStandIn: Bool
    ) {
        self.path = path
        self.location = location
        self.isPresent = isPresent
        self.sink = sink
        self.entries = []
        self.positions = [:]
        self.isStandIn = isStandIn
    }

    /// Makes a key known without reading it.
    public func expect(_ key: String) {
        sink.expect(key, in: path)
    }

    /// Leaves keys alone that nobody asks for, for a part whose rest belongs to someone else.
    public func acceptUnknownKeys() {
        sink.acceptUnknownKeys(in: path)
    }

    /// True when the file has the key, whatever its value.
    public func has(_ key: String) -> Bool {
        item(key) != nil
    }

    /// The key's value, for readings of the caller's own; nil when the file does not have it.
    public func item(_ key: String) -> ConfigurationItem? {
        expect(key)
        return positions[key].map { item(entries[$0]) }
    }

    /// All keys with their values in the file's order, for keys that the administrator chooses; makes all known.
    public func allItems() -> [(key: String, item: ConfigurationItem)] {
        acceptUnknownKeys()
        return entries.map { ($0.key, item($0)) }
    }

    /// Records a fault of a key, at its value if the file has it, else at this mapping.
    public func report(_ key: String, _ message: String) {
        guard !isStandIn else { return }
        let place = item(key)?.node.location ?? location
        sink.add(place, path.appending(key: key), message)
    }

    /// Records a fault of the mapping as a whole.
    public func report(_ message: String) {
        guard !isStandIn else { return }
        sink.add(location, path, message)
    }

    private func item(_ entry: ConfigurationNode.Entry) -> ConfigurationItem {
        ConfigurationItem(node: entry.value, path: path.appending(key: entry.key), sink: sink)
    }
}
