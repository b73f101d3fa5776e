/// A configuration file's content as a tree, not yet given a meaning.
///
/// The file is YAML 1.2 without anchors, aliases, merge keys, tags and directives: one document, a mapping at the top,
/// keys that are text and given once, at most 64 levels deep and 1 MiB long, in UTF-8.
public struct ConfigurationDocument: Sendable {
    /// The longest file, in bytes.
    public static let sizeLimit = 1_048_576

    /// The mapping at the top.
    public let root: ConfigurationNode

    /// Reads a text; `file` is the name that errors show. Throws every fault of its form that it can find.
    public init(text: String, file: String) throws(ConfigurationErrors) {
        try self.init(bytes: Array(text.utf8), file: file)
    }

    /// Reads bytes that should be UTF-8; `file` is the name that errors show.
    public init(bytes: [UInt8], file: String) throws(ConfigurationErrors) {
        var errors: [ConfigurationError] = []
        var root: ConfigurationNode?
        do {
            root = try Self.build(bytes, file: file, errors: &errors)
        } catch {
            errors.append(error)
        }
        guard let root, errors.isEmpty else { throw ConfigurationErrors(errors) }
        self.root = root
    }

    private static func build(
        _ bytes: [UInt8],
        file: String,
        errors: inout [ConfigurationError]
    ) throws(ConfigurationError) -> ConfigurationNode {
        guard bytes.count <= sizeLimit else {
            let message = "larger than \(ByteSize(bytes: Int64(sizeLimit)))"
            throw ConfigurationError(location: ConfigurationLocation(file: file), message: message)
        }
        var builder = try YAMLTreeBuilder(try SourceText(bytes, file: file), file: file)
        defer { errors += builder.errors }
        guard let root = try builder.build() else {
            let top = ConfigurationLocation(file: file, line: 1, column: 1)
            throw ConfigurationError(location: top, message: "the file holds no configuration")
        }
        guard case .mapping = root.content else {
            let message = "expected a mapping (KEY: VALUE) at the top of the file, found \(root.found)"
            throw ConfigurationError(location: root.location, message: message)
        }
        return root
    }
}
