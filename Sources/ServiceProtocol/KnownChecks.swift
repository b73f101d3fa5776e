internal import Glibc

/// The lists of checks that were asked for lately. The same few come with every question, so each is read once.
public struct KnownChecks: Sendable {
    private var lists: [(text: [UInt8], asked: AskedChecks)] = []
    /// The place that the next new list takes.
    private var next = 0

    private static let mostLists = 16
    private static let longestText = 1_024

    /// None yet.
    public init() {}

    /// The checks that `text` names, separated by spaces.
    mutating func checks(_ text: UnsafeRawBufferPointer) -> AskedChecks {
        if let place = lists.firstIndex(where: { Self.equal($0.text, text) }) { return lists[place].asked }
        let asked = AskedChecks(Self.words(text))
        guard text.count <= Self.longestText else { return asked }
        if lists.count < Self.mostLists {
            lists.append((Array(text), asked))
        } else {
            lists[next] = (Array(text), asked)
            next = (next + 1) % Self.mostLists
        }
        return asked
    }

    private static func equal(_ known: [UInt8], _ text: UnsafeRawBufferPointer) -> Bool {
        guard known.count == text.count, let base = text.baseAddress else { return known.isEmpty && text.isEmpty }
        return known.withUnsafeBytes { known in known.baseAddress.map { memcmp($0, base, text.count) } == 0 }
    }

    /// What stands between spaces.
    private static func words(_ text: UnsafeRawBufferPointer) -> [String] {
        text.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
    }
}
