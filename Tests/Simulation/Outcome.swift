/// What a check really came to, as the fake service meant it or the client delivered it.
enum Outcome: Equatable {
    case verdict(String, score: Double)
    case failed
}

/// What a fake service meant by a reply.
struct Intention {
    enum Content {
        case results([String: Outcome])
        case needs([String])
        case facts([String: String])
    }

    /// The same text in each run, whatever order a dictionary has.
    var text: String {
        switch content {
        case .results(let results):
            results.keys.sorted().map { name in
                guard case .verdict(let text, let score)? = results[name] else { return "\(name): failed" }
                return "\(name): \(text) [\(score)]"
            }.joined(separator: ", ")
        case .needs(let names): "needs \(names.joined(separator: " "))"
        case .facts(let values): values.keys.sorted().map { "\($0)=\(values[$0] ?? "")" }.joined(separator: " ")
        }
    }

    var question: Int
    var content: Content
}
