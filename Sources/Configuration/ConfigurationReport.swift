/// What one reading found: its faults, and which keys were asked for in which mapping.
final class ConfigurationReport {
    /// The keys of one mapping. Two readers of the same mapping share it, so each may read its own keys.
    private struct KeyUse {
        let entries: [ConfigurationNode.Entry]
        var known: Set<String> = []
        var acceptsUnknown = false
    }

    let secrets: SecretSource
    private var errors: [ConfigurationError] = []
    private var uses: [ConfigurationPath: KeyUse] = [:]

    init(secrets: SecretSource) {
        self.secrets = secrets
    }

    func add(_ location: ConfigurationLocation, _ path: ConfigurationPath, _ message: String) {
        errors.append(ConfigurationError(location: location, path: path, message: message))
    }

    func open(_ path: ConfigurationPath, entries: [ConfigurationNode.Entry]) {
        guard uses[path] == nil else { return }
        uses[path] = KeyUse(entries: entries)
    }

    func expect(_ key: String, in path: ConfigurationPath) {
        uses[path]?.known.insert(key)
    }

    func acceptUnknownKeys(in path: ConfigurationPath) {
        uses[path]?.acceptsUnknown = true
    }

    /// Throws all faults, unknown keys included; does nothing when there are none.
    func finish() throws(ConfigurationErrors) {
        for (path, use) in uses where !use.acceptsUnknown {
            reportUnknownKeys(use, in: path)
        }
        guard errors.isEmpty else { throw ConfigurationErrors(errors) }
    }

    private func reportUnknownKeys(_ use: KeyUse, in path: ConfigurationPath) {
        for entry in use.entries where !use.known.contains(entry.key) {
            let suggestion = KeySuggestion.nearest(to: entry.key, among: use.known)
            let hint = suggestion.map { "; did you mean '\($0)'?" } ?? ""
            add(entry.keyLocation, path.appending(key: entry.key), "unknown key\(hint)")
        }
    }
}
