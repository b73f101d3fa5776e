import DNS
import MailTypes
import SPF

/// A DNS of a few names, in the form of the public test suite: it answers, or does not.
struct ZoneData {
    private enum Entry {
        case record(type: String, value: YAMLTree)
        case timeout
    }

    private var zones: [DNSName: [Entry]] = [:]

    init(_ tree: YAMLTree) {
        for (name, records) in tree.entries {
            guard let name = DNSName(name) else { continue }
            zones[name] = Self.withGeneratedTexts(records.items.map(Self.entry))
        }
    }

    private static func entry(_ tree: YAMLTree) -> Entry {
        guard let (type, value) = tree.entries.first else { return .timeout }
        return .record(type: type, value: value)
    }

    /// A record of type SPF stands for one of type TXT, unless there are some.
    private static func withGeneratedTexts(_ entries: [Entry]) -> [Entry] {
        let hasTexts = entries.contains { entry in
            guard case .record("TXT", _) = entry else { return false }
            return true
        }
        return entries.compactMap { entry in
            switch entry {
            case .record("SPF", let value): hasTexts ? nil : .record(type: "TXT", value: value)
            case .record("TXT", let value) where value.text == "NONE": nil
            default: entry
            }
        }
    }

    func answer(_ question: DNSQuestion) -> DNSAnswer {
        var name = question.name
        for _ in 0..<8 {
            guard let entries = zones[name] else { return .noSuchName }
            let found = entries.compactMap { entry -> YAMLTree? in
                guard case .record("\(question.type)".uppercased(), let value) = entry else { return nil }
                return value
            }
            if !found.isEmpty { return .records(Self.records(found, question.type)) }
            let alias = entries.lazy.compactMap { entry -> DNSName? in
                guard case .record("CNAME", let value) = entry else { return nil }
                return DNSName(value.text ?? "")
            }.first
            guard let alias else {
                let isSilent = entries.contains { entry in
                    guard case .timeout = entry else { return false }
                    return true
                }
                return isSilent ? .failed(.timedOut) : .noRecords
            }
            name = alias
        }
        return .failed(.refused)
    }

    private static func records(_ values: [YAMLTree], _ type: DNSRecordType) -> DNSRecords {
        switch type {
        case .a, .aaaa: .addresses(values.compactMap { IPAddress(parsing: $0.text ?? "") })
        case .txt: .texts(values.map { Array($0.texts.joined().utf8) })
        case .mx:
            .exchanges(
                values.map { value in
                    DNSExchange(
                        preference: UInt16(value.items.first?.text ?? "") ?? 0,
                        host: DNSName(value.items.last?.text ?? "") ?? .root)
                })
        case .ptr, .cname, .soa: .names(values.compactMap { DNSName($0.text ?? "") })
        }
    }

    /// Evaluates to the end.
    func evaluate(_ query: SPFQuery, limits: SPFLimits = .standard) -> (outcome: SPFOutcome, questions: [DNSQuestion]) {
        var evaluation = SPFEvaluation(query, limits: limits)
        var questions: [DNSQuestion] = []
        var step = evaluation.start()
        while case .ask(let question) = step {
            questions.append(question)
            step = evaluation.receive(answer(question))
        }
        guard case .done(let outcome) = step else { return (SPFOutcome(.temperror), questions) }
        return (outcome, questions)
    }
}
