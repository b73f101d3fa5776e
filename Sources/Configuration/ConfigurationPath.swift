/// The way from the top of the file to a value: keys and list positions, printed as `listeners[2].address`.
public struct ConfigurationPath: Sendable, Hashable {
    /// One step of the way.
    public enum Step: Sendable, Hashable {
        /// A mapping's key.
        case key(String)
        /// A list's position, from 0.
        case index(Int)
    }

    /// The steps, from the top.
    public let steps: [Step]

    /// The top of the file.
    public static let root = ConfigurationPath(steps: [])

    /// A path of the given steps.
    public init(steps: [Step]) {
        self.steps = steps
    }

    /// The path of a key's value in the mapping at this path.
    public func appending(key: String) -> ConfigurationPath {
        ConfigurationPath(steps: steps + [.key(key)])
    }

    /// The path of an item, from 0, in the list at this path.
    public func appending(index: Int) -> ConfigurationPath {
        ConfigurationPath(steps: steps + [.index(index)])
    }
}

extension ConfigurationPath: CustomStringConvertible {
    /// The keys joined with dots, the positions in brackets. A key that holds a dot or anything else than letters,
    /// digits, `-` and `_` is quoted, so that a domain name used as a key stays one step.
    public var description: String {
        var text = ""
        for step in steps {
            switch step {
            case .key(let key):
                text += text.isEmpty ? "" : "."
                text += Self.isBare(key) ? key : DoubleQuotedText.quote(key)
            case .index(let index):
                text += "[\(index)]"
            }
        }
        return text
    }

    private static func isBare(_ key: String) -> Bool {
        !key.isEmpty && key.utf8.allSatisfy(ASCII.isWord)
    }
}
