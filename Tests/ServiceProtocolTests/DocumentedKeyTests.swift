import Glibc
import PostfixProtocol
import ServiceProtocol
import Testing

/// The table of recording keys in docs/protocol.md is right: whoever writes a service checks his own code with it.
@Suite struct DocumentedKeyTests {
    private static let columns: [PolicyAttribute] = [
        .instance, .protocolState, .clientAddress, .clientPort, .sender, .saslUsername, .recipient,
    ]

    /// The rows behind the one that names the columns, as cells.
    private static let rows: [[String]] = {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        guard let file = fopen("\(root)/docs/protocol.md", "r") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        let lines = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
        let names = "| policy | \(columns.map(\.name).joined(separator: " | ")) | key |"
        return lines.drop { $0 != names }.dropFirst(2).prefix { $0.hasPrefix("|") }.map { line in
            line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false).map(cell)
        }
    }()

    private static func cell(_ text: Substring) -> String {
        let words = text.split(separator: " ").joined(separator: " ")
        if words == "(empty)" { return "" }
        let repeated = "x 1,000 times, then "
        guard words.hasPrefix(repeated) else { return words }
        return String(repeating: "x", count: 1_000) + words.dropFirst(repeated.count)
    }

    @Test func theTableIsThere() {
        #expect(Self.rows.count == RecordingKeyTests.vectors.count)
    }

    @Test(arguments: rows) func theKeyIsTheOneInTheTable(_ row: [String]) throws {
        try #require(row.count == Self.columns.count + 2)
        let values = zip(Self.columns, row.dropFirst()).filter { !$1.isEmpty }
        let request = PolicyRequest.make(Dictionary(uniqueKeysWithValues: values.map { ($0, $1) }))
        #expect(RecordingKey(policy: row[0], request: request)?.description == row[8])
    }
}
