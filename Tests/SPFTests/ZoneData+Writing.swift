import Testing

extension ZoneData {
    /// A zone written as lines `NAME TYPE VALUE`; `NAME TIMEOUT` does not answer.
    init(lines: String) {
        var names: [(key: String, value: YAMLTree)] = []
        for line in lines.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 2).map(String.init)
            let entry = words.count == 3 ? YAMLTree.mapping([(words[1], Self.value(words[1], words[2]))]) : .scalar("")
            if let index = names.firstIndex(where: { $0.key == words[0] }) {
                names[index].value = .list(names[index].value.items + [entry])
            } else {
                names.append((words[0], .list([entry])))
            }
        }
        self.init(.mapping(names))
    }

    private static func value(_ type: String, _ text: String) -> YAMLTree {
        guard type == "MX" else { return .scalar(text) }
        return .list(text.split(separator: " ").map { .scalar(String($0)) })
    }
}
