import CYAML

/// libyaml's event parser over a text in memory.
final class YAMLParser {
    private let file: String
    private let source: SourceText
    // libyaml keeps pointers to both, so neither may move.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>

    init(_ source: SourceText, file: String) throws(ConfigurationError) {
        self.file = file
        self.source = source
        self.input = .allocate(capacity: source.bytes.count)
        _ = input.initialize(from: source.bytes)
        self.parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        guard yaml_parser_initialize(parser) == 1 else {
            throw ConfigurationError(location: ConfigurationLocation(file: file), message: "not enough memory")
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    /// The next event; after an error or the end of the stream there is nothing more to ask for.
    func next() throws(ConfigurationError) -> YAMLEvent {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxError() }
        defer { yaml_event_delete(&event) }
        return translate(event)
    }

    private func translate(_ event: yaml_event_t) -> YAMLEvent {
        let place = location(event.start_mark)
        switch event.type {
        case YAML_STREAM_START_EVENT: return YAMLEvent(kind: .streamStart, location: place)
        case YAML_DOCUMENT_START_EVENT: return documentStart(event, place)
        case YAML_DOCUMENT_END_EVENT: return YAMLEvent(kind: .documentEnd, location: place)
        case YAML_ALIAS_EVENT: return YAMLEvent(kind: .alias, location: place)
        case YAML_SCALAR_EVENT: return scalar(event, place)
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return node(.listStart, place, anchor: start.anchor, tag: start.tag)
        case YAML_SEQUENCE_END_EVENT: return YAMLEvent(kind: .listEnd, location: place)
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return node(.mappingStart, place, anchor: start.anchor, tag: start.tag)
        case YAML_MAPPING_END_EVENT: return YAMLEvent(kind: .mappingEnd, location: place)
        default: return YAMLEvent(kind: .streamEnd, location: place)
        }
    }

    private func documentStart(_ event: yaml_event_t, _ place: ConfigurationLocation) -> YAMLEvent {
        let start = event.data.document_start
        let hasTags = start.tag_directives.start != start.tag_directives.end
        let hasDirectives = start.version_directive != nil || hasTags
        return YAMLEvent(kind: .documentStart(hasDirectives: hasDirectives), location: place)
    }

    private func scalar(_ event: yaml_event_t, _ place: ConfigurationLocation) -> YAMLEvent {
        let scalar = event.data.scalar
        let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
        let value = ConfigurationScalar(
            text: String(decoding: bytes, as: UTF8.self),
            style: scalar.style == YAML_PLAIN_SCALAR_STYLE ? .plain : .quoted
        )
        return node(.scalar(value), place, anchor: scalar.anchor, tag: scalar.tag)
    }

    private func node(
        _ kind: YAMLEvent.Kind,
        _ place: ConfigurationLocation,
        anchor: UnsafeMutablePointer<UInt8>?,
        tag: UnsafeMutablePointer<UInt8>?
    ) -> YAMLEvent {
        YAMLEvent(kind: kind, location: place, hasAnchor: anchor != nil, hasTag: tag != nil)
    }

    private func location(_ mark: yaml_mark_t) -> ConfigurationLocation {
        ConfigurationLocation(file: file, line: Int(clamping: mark.line) &+ 1, column: Int(clamping: mark.column) &+ 1)
    }

    private func syntaxError() -> ConfigurationError {
        let mark = parser.pointee.problem_mark
        if source.scalar(at: Int(clamping: mark.index)) == "\t" {
            return ConfigurationError(location: location(mark), message: "a tab cannot indent; use spaces")
        }
        return ConfigurationError(location: location(mark), message: "not valid YAML: \(problem())")
    }

    /// libyaml's words, and where the construct began that it was reading.
    private func problem() -> String {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "cannot be read"
        guard let context = parser.pointee.context else { return problem }
        let line = Int(clamping: parser.pointee.context_mark.line) &+ 1
        return "\(problem) (\(String(cString: context)) from line \(line))"
    }
}
