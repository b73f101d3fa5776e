internal import DNS

extension SPFEvaluation {
    /// Seeks the explanation of a fail: RFC 7208 section 6.2. Whatever goes wrong, the result stays; there is no
    /// explanation then.
    mutating func explain() -> Step {
        guard ending?.result == .fail, limits.seeksExplanation, let frame = frames.last,
            let domain = frame.record.explanation
        else { return end() }
        if let text = explanationText { return end(with: text, in: frame) }
        if lacksReverseNames(domain.text) { return askForReverseNames(.macro) }
        guard let (_, name) = target(domain, in: frame) else { return end() }
        return ask(name, .txt, for: .explanation)
    }

    mutating func receiveExplanation(_ answer: DNSAnswer) -> Step {
        let texts = answer.texts
        guard texts.count == 1 else { return end() }
        do {
            explanationText = try SPFMacroString(texts[0][...], in: .explanation)
        } catch {
            return end()
        }
        return explain()
    }

    private mutating func end(with text: SPFMacroString, in frame: Frame) -> Step {
        if lacksReverseNames(text) { return askForReverseNames(.macro) }
        note(text)
        let expanded = text.expanded(macroValues(frame))
        // A sender's local part may hold anything.
        guard expanded.allSatisfy({ (0x20...0x7e).contains($0) }) else { return end() }
        return end(explanation: String(decoding: expanded, as: UTF8.self))
    }
}
