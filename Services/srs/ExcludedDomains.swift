public import MailTypes

/// The domains whose addresses are never rewritten. An entry covers the domain and every name below it, whether or not
/// it begins with a dot.
public struct ExcludedDomains: Sendable, Hashable {
    private let names: Set<String>

    /// The entries that are no domain; they exclude nothing.
    public let ignored: [String]

    /// Takes the entries as they are stored.
    public init(_ entries: [String] = []) {
        var names: Set<String> = []
        var ignored: [String] = []
        for entry in entries {
            if let domain = Domain(parsing: entry.hasPrefix(".") ? entry.dropFirst() : entry[...]) {
                names.insert(domain.text)
            } else {
                ignored.append(entry)
            }
        }
        self.names = names
        self.ignored = ignored
    }

    /// True when the domain or one of its parents has an entry.
    public func contains(_ domain: Domain) -> Bool {
        guard !names.isEmpty else { return false }
        return names.contains(domain.text) || domain.parents.contains { names.contains($0.text) }
    }

    /// The entries that would exclude the domain: for `a.b.com` these are `a.b.com`, `.a.b.com`, `b.com`, `.b.com`,
    /// `com` and `.com`.
    public static func entries(covering domain: Domain) -> [String] {
        ([domain] + domain.parents).flatMap { [$0.text, ".\($0.text)"] }
    }
}
