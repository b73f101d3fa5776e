import CYAML
import Glibc

/// A YAML document as it is, for the public test suite: several documents in a file, keys that are any text.
indirect enum YAMLTree {
    case scalar(String)
    case list([YAMLTree])
    case mapping([(key: String, value: YAMLTree)])

    /// The text of a scalar; of a list its first one.
    var text: String? {
        guard case .scalar(let text) = self else { return nil }
        return text
    }

    /// The texts of a list, or the one of a scalar.
    var texts: [String] {
        switch self {
        case .scalar(let text): [text]
        case .list(let items): items.compactMap(\.text)
        case .mapping: []
        }
    }

    /// The items of a list.
    var items: [YAMLTree] {
        guard case .list(let items) = self else { return [] }
        return items
    }

    /// The entries of a mapping, in the order of the file.
    var entries: [(key: String, value: YAMLTree)] {
        guard case .mapping(let entries) = self else { return [] }
        return entries
    }

    subscript(key: String) -> YAMLTree? {
        entries.first { $0.key == key }?.value
    }

    /// All documents of a file.
    static func documents(path: String) throws -> [YAMLTree] {
        guard let file = fopen(path, "rb") else { throw YAMLTreeError(description: "cannot open \(path)") }
        defer { fclose(file) }
        var parser = yaml_parser_t()
        guard yaml_parser_initialize(&parser) == 1 else { throw YAMLTreeError(description: "no memory") }
        defer { yaml_parser_delete(&parser) }
        yaml_parser_set_input_file(&parser, file)
        var documents: [YAMLTree] = []
        while true {
            var document = yaml_document_t()
            guard yaml_parser_load(&parser, &document) == 1 else {
                throw YAMLTreeError(description: "\(path), line \(parser.problem_mark.line + 1): no YAML")
            }
            defer { yaml_document_delete(&document) }
            guard let root = yaml_document_get_root_node(&document) else { return documents }
            documents.append(tree(root, in: &document))
        }
    }

    private static func tree(
        _ node: UnsafeMutablePointer<yaml_node_t>, in document: inout yaml_document_t
    ) -> YAMLTree {
        switch node.pointee.type {
        case YAML_SEQUENCE_NODE:
            let items = node.pointee.data.sequence.items
            var list: [YAMLTree] = []
            var item = items.start
            while let current = item, current != items.top {
                if let child = yaml_document_get_node(&document, current.pointee) {
                    list.append(tree(child, in: &document))
                }
                item = current + 1
            }
            return .list(list)
        case YAML_MAPPING_NODE:
            let pairs = node.pointee.data.mapping.pairs
            var entries: [(key: String, value: YAMLTree)] = []
            var pair = pairs.start
            while let current = pair, current != pairs.top {
                if let key = yaml_document_get_node(&document, current.pointee.key),
                    let value = yaml_document_get_node(&document, current.pointee.value)
                {
                    entries.append((tree(key, in: &document).text ?? "", tree(value, in: &document)))
                }
                pair = current + 1
            }
            return .mapping(entries)
        default:
            let scalar = node.pointee.data.scalar
            return .scalar(
                String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self))
        }
    }
}

struct YAMLTreeError: Error, CustomStringConvertible {
    var description: String
}
