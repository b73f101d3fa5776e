import Glibc

/// Requests captured from a real Postfix: one entry for each, its lines with LF, without the empty line.
enum Corpus {
    static let requests = load()

    /// All of them as Postfix sends them on one connection.
    static var stream: [UInt8] { requests.flatMap { Array("\($0)\n".utf8) } }

    private static func load() -> [String] {
        let path = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        guard let file = fopen("/\(path)/Corpus/policy-requests.txt", "r") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        let lines = String(decoding: bytes[..<count], as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("#") }
        return lines.split(whereSeparator: \.isEmpty).map { $0.map { "\($0)\n" }.joined() }
    }
}
