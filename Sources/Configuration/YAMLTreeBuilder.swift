/// Builds the node tree of one document. Only what a plain configuration needs is taken; the rest of YAML is refused by
/// name. A fault that leaves the tree readable is collected, so that one reading shows them all.
struct YAMLTreeBuilder {
    /// The deepest nesting of lists and mappings.
    static let depthLimit = 64
    /// The longest key, in bytes: YAML lets a plain `key:` have 1024 characters (YAML 1.2 section 7.4).
    static let keyLimit = 256

    private let parser: YAMLParser
    private let file: String
    private(set) var errors: [ConfigurationError] = []

    init(_ source: SourceText, file: String) throws(ConfigurationError) {
        self.parser = try YAMLParser(source, file: file)
        self.file = file
    }

    /// The document's top node; nil for a file without a value.
    mutating func build() throws(ConfigurationError) -> ConfigurationNode? {
        var root: ConfigurationNode?
        while true {
            let event = try parser.next()
            switch event.kind {
            case .streamEnd: return root
            case .documentStart(let hasDirectives):
                try beginDocument(event, hasDirectives: hasDirectives, isFirst: root == nil)
                root = try node(try parser.next(), at: .root)
            default: continue
            }
        }
    }

    private mutating func beginDocument(
        _ event: YAMLEvent,
        hasDirectives: Bool,
        isFirst: Bool
    ) throws(ConfigurationError) {
        guard isFirst else {
            throw error(event.location, .root, "a second document begins here; a configuration is one document")
        }
        if hasDirectives {
            report(event.location, .root, "directives (lines that begin with %) are not supported")
        }
    }

    private mutating func node(
        _ event: YAMLEvent,
        at path: ConfigurationPath
    ) throws(ConfigurationError) -> ConfigurationNode {
        refuseProperties(event, at: path)
        switch event.kind {
        case .scalar(let scalar):
            return ConfigurationNode(.scalar(scalar), at: event.location)
        case .listStart:
            try checkDepth(of: event, at: path)
            return ConfigurationNode(.list(try items(at: path)), at: event.location)
        case .mappingStart:
            try checkDepth(of: event, at: path)
            return ConfigurationNode(.mapping(try entries(at: path)), at: event.location)
        default:
            return ConfigurationNode(.scalar(ConfigurationScalar(text: "", style: .plain)), at: event.location)
        }
    }

    private func checkDepth(of event: YAMLEvent, at path: ConfigurationPath) throws(ConfigurationError) {
        guard path.steps.count < Self.depthLimit else {
            throw error(event.location, .root, "nested too deeply; \(Self.depthLimit) levels are the limit")
        }
    }

    private mutating func items(at path: ConfigurationPath) throws(ConfigurationError) -> [ConfigurationNode] {
        var items: [ConfigurationNode] = []
        while true {
            let event = try parser.next()
            if case .listEnd = event.kind { return items }
            items.append(try node(event, at: path.appending(index: items.count)))
        }
    }

    private mutating func entries(at path: ConfigurationPath) throws(ConfigurationError) -> [ConfigurationNode.Entry] {
        var entries: [ConfigurationNode.Entry] = []
        var lines: [String: Int] = [:]
        while true {
            let event = try parser.next()
            if case .mappingEnd = event.kind { return entries }
            let name = try key(event, at: path)
            let valuePath = path.appending(key: name ?? "?")
            let value = try node(try parser.next(), at: valuePath)
            guard let name else { continue }
            if let line = lines[name] {
                report(event.location, valuePath, "duplicate key, first given in line \(line)")
                continue
            }
            lines[name] = event.location.line
            entries.append(ConfigurationNode.Entry(key: name, keyLocation: event.location, value: value))
        }
    }

    /// The key's text; nil, with the fault reported, for what cannot be a key.
    private mutating func key(_ event: YAMLEvent, at path: ConfigurationPath) throws(ConfigurationError) -> String? {
        guard case .scalar(let scalar) = event.kind else {
            try refuseKey(event, at: path)
            return nil
        }
        refuseProperties(event, at: path)
        guard let fault = Self.fault(inKey: scalar) else { return scalar.text }
        report(event.location, path, fault)
        return nil
    }

    private mutating func refuseKey(_ event: YAMLEvent, at path: ConfigurationPath) throws(ConfigurationError) {
        if case .alias = event.kind { return refuseProperties(event, at: path) }
        // Read to its end, so that the rest of the file is checked too.
        let node = try node(event, at: path.appending(key: "?"))
        report(event.location, path, "expected a key, found \(node.found)")
    }

    private static func fault(inKey key: ConfigurationScalar) -> String? {
        if key.style == .plain && key.text == "<<" { return "merge keys (<<) are not supported; write the keys out" }
        if key.text.isEmpty { return "expected a key, found nothing" }
        if key.resolvesToOtherThanText {
            return "expected a key that is text, found \(key.text); write it in quotes: \"\(key.text)\""
        }
        if key.text.utf8.count > keyLimit { return "the key is too long; \(keyLimit) bytes are the limit" }
        let hasControl = key.text.unicodeScalars.contains { $0.properties.generalCategory == .control }
        return hasControl ? "a key cannot hold control characters" : nil
    }

    private mutating func refuseProperties(_ event: YAMLEvent, at path: ConfigurationPath) {
        if case .alias = event.kind {
            report(event.location, path, "aliases (*name) are not supported; write the value out")
        }
        if event.hasAnchor {
            report(event.location, path, "anchors (&name) are not supported; write the value out where it is used")
        }
        if event.hasTag {
            report(event.location, path, "tags (!name) are not supported; remove the tag")
        }
    }

    private mutating func report(_ location: ConfigurationLocation, _ path: ConfigurationPath, _ message: String) {
        errors.append(error(location, path, message))
    }

    private func error(
        _ location: ConfigurationLocation,
        _ path: ConfigurationPath,
        _ message: String
    ) -> ConfigurationError {
        ConfigurationError(location: location, path: path, message: message)
    }
}
