extension ConfigurationReading {
    /// One of the words, each with what it stands for; a near miss is named.
    public static func choice(
        of choices: KeyValuePairs<String, Value>,
        placeholder: Value
    ) -> ConfigurationReading {
        let words = choices.map(\.key)
        return ConfigurationReading(placeholder: placeholder) { item in
            let text = item.scalar?.text
            if let choice = choices.first(where: { $0.key == text }) { return choice.value }
            let near = text.flatMap { KeySuggestion.nearest(to: $0, among: Set(words)) }
            item.expected(listed(words), hint: near.map { "did you mean '\($0)'?" })
            return nil
        }
    }

    /// One of an enumeration's raw values.
    public static func choice(placeholder: Value) -> ConfigurationReading
    where Value: CaseIterable & RawRepresentable<String> {
        let words = Value.allCases.map(\.rawValue)
        return ConfigurationReading(placeholder: placeholder) { item in
            let text = item.scalar?.text
            if let choice = text.flatMap(Value.init(rawValue:)) { return choice }
            let near = text.flatMap { KeySuggestion.nearest(to: $0, among: Set(words)) }
            item.expected(listed(words), hint: near.map { "did you mean '\($0)'?" })
            return nil
        }
    }

    /// `a`, `a or b`, `a, b or c`.
    private static func listed(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.joined() }
        return words.dropLast().joined(separator: ", ") + " or " + last
    }
}
