internal import Configuration
internal import PostfixProtocol
internal import ServiceProtocol

/// What a check does about a finding: nothing, `pass`, or an action of Postfix whose text may have placeholders such as
/// `%IP%`.
struct ReputationAction: Sendable, Hashable {
    /// The names of the placeholders that a check knows, without the signs.
    typealias Placeholders = [String]

    private enum Piece: Sendable, Hashable {
        case text(String)
        case placeholder(String)
    }

    /// As it is written in the configuration.
    let text: String
    private let pieces: [Piece]

    /// Nothing.
    static let none = ReputationAction(text: "none", pieces: [])

    private init(text: String, pieces: [Piece]) {
        self.text = text
        self.pieces = pieces
    }

    /// Why a text is no action.
    struct Fault: Error, Hashable {
        var description: String
    }

    /// Reads `none`, `pass`, or an action as in access(5).
    init(parsing text: String, placeholders: Placeholders) throws(Fault) {
        let pieces = Self.pieces(of: text)
        for case .placeholder(let name) in pieces where !placeholders.contains(name) {
            let known = placeholders.map { "%\($0)%" }.joined(separator: ", ")
            throw Fault(description: "there is no placeholder %\(name)% here, only \(known)")
        }
        self.init(text: text, pieces: pieces)
        guard text != "none", text != "pass" else { return }
        guard let action = PolicyAction(parsing: filled { _ in "x" }) else {
            throw Fault(description: "expected none, pass or a Postfix action such as REJECT with a text")
        }
        let takesText = ![.bcc, .redirect, .filter].contains(action.kind)
        guard takesText || pieces.count == 1 else {
            throw Fault(description: "what a stranger wrote cannot be a destination; leave the placeholders out")
        }
    }

    /// Takes `%NAME%` out; a sign that begins no name of capital letters stands for itself.
    private static func pieces(of text: String) -> [Piece] {
        var pieces: [Piece] = []
        var plain = ""
        var rest = text[...]
        while let start = rest.firstIndex(of: "%") {
            plain += rest[..<start]
            let name = rest[rest.index(after: start)...].prefix { ("A"..."Z").contains($0) || $0 == "_" }
            if !name.isEmpty, name.endIndex < rest.endIndex, rest[name.endIndex] == "%" {
                if !plain.isEmpty { pieces.append(.text(plain)) }
                plain = ""
                pieces.append(.placeholder(String(name)))
                rest = rest[rest.index(after: name.endIndex)...]
            } else {
                plain += "%"
                rest = rest[rest.index(after: start)...]
            }
        }
        plain += rest
        if !plain.isEmpty { pieces.append(.text(plain)) }
        return pieces
    }

    /// Whether its text has this placeholder.
    func uses(_ placeholder: String) -> Bool {
        pieces.contains(.placeholder(placeholder))
    }

    /// Whether it does nothing.
    var isNone: Bool { text == "none" }

    /// The verdict, with the placeholders' values. What strangers wrote is cleaned on the way.
    func verdict(_ value: (String) -> String) -> Verdict {
        switch text {
        case "none": .none
        case "pass": .pass
        default: Verdict(parsing: filled(value)) ?? .none
        }
    }

    /// Blanks between a text and an empty value at its end are cut by the action's own reading.
    private func filled(_ value: (String) -> String) -> String {
        pieces.reduce(into: "") { text, piece in
            switch piece {
            case .text(let plain): text += plain
            case .placeholder(let name): text += value(name)
            }
        }
    }
}

/// What a check does about a finding, and what the finding adds to the message's score.
struct WeightedAction: Sendable, Hashable {
    var action: ReputationAction
    var score: Double

    /// The scores that a finding may have.
    private static let scores = -1_000_000.0...1_000_000.0

    /// An action without a score.
    init(_ action: ReputationAction, score: Double = 0) {
        self.action = action
        self.score = score
    }

    /// The keys `action` and `score` of a mapping.
    init(from mapping: ConfigurationMapping, default: WeightedAction, placeholders: ReputationAction.Placeholders) {
        action = mapping.value("action", default: `default`.action, as: .action(placeholders))
        score = mapping.value("score", default: `default`.score, as: .score)
    }

    /// An action whose text is known to be one.
    init(shipped text: String, score: Double = 0, placeholders: ReputationAction.Placeholders) {
        do {
            action = try ReputationAction(parsing: text, placeholders: placeholders)
        } catch {
            action = .none
        }
        self.score = score
    }

    /// The two keys.
    var normalised: [(String, ConfigurationNode?)] {
        [("action", ConfigurationNode(action.text)), ("score", ConfigurationNode(score: score))]
    }

    fileprivate static func score(_ text: String) -> Double? {
        guard let number = Double(text), scores.contains(number) else { return nil }
        return number
    }
}

extension ConfigurationReading where Value == ReputationAction {
    /// An action with these placeholders.
    static func action(_ placeholders: ReputationAction.Placeholders) -> ConfigurationReading {
        ConfigurationReading(placeholder: .none) { item in
            guard let text = item.value(as: .string) else { return nil }
            do throws(ReputationAction.Fault) {
                return try ReputationAction(parsing: text, placeholders: placeholders)
            } catch {
                item.report(error.description)
                return nil
            }
        }
    }
}

extension ConfigurationReading where Value == Double {
    /// A number that is added to a score.
    static var score: ConfigurationReading {
        .parsed("a number from -1000000 to 1000000, such as 2.5", placeholder: 0) { WeightedAction.score($0) }
    }
}

extension ConfigurationNode {
    /// A score, without a fraction where it has none.
    init(score: Double) {
        self.init(
            .scalar(ConfigurationScalar(text: score == score.rounded() ? "\(Int(score))" : "\(score)", style: .plain)))
    }
}
