import Glibc
import Testing

/// A small input of a fuzzer.
struct Seed: Sendable, CustomTestStringConvertible {
    let target: String
    let name: String
    let bytes: [UInt8]

    var testDescription: String { "\(target)/\(name)" }
}

/// What the fuzzers begin with (see scripts/fuzz): the files of `Fuzz/Corpora`, the requests that were captured from a
/// real Postfix, and the configurations that `postern check` is tested with.
enum Seeds {
    static let all = corpora + capturedRequests + configurations

    private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    private static var corpora: [Seed] {
        entries("Fuzz/Corpora").flatMap { target in seeds(of: target, in: "Fuzz/Corpora/\(target)") }
    }

    private static var configurations: [Seed] {
        let directories = ["Tests/BadConfigurations", "deploy/etc"]
        return directories.flatMap { seeds(of: "configuration", in: $0) }.filter { $0.name.hasSuffix(".yaml") }
    }

    private static var capturedRequests: [Seed] {
        let text = String(decoding: bytes(of: "Tests/PostfixProtocolTests/Corpus/policy-requests.txt"), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("#") }
        return lines.split(whereSeparator: \.isEmpty).enumerated().map { number, request in
            let message = request.joined(separator: "\n") + "\n\n"
            return Seed(target: "policy-request", name: "captured-\(number + 1)", bytes: Array(message.utf8))
        }
    }

    private static func seeds(of target: String, in directory: String) -> [Seed] {
        entries(directory).map { Seed(target: target, name: $0, bytes: bytes(of: "\(directory)/\($0)")) }
    }

    private static func entries(_ path: String) -> [String] {
        guard let directory = opendir("\(root)/\(path)") else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { $0.prefix { $0 != 0 } }
            names.append(String(decoding: name, as: UTF8.self))
        }
        return names.filter { !$0.hasPrefix(".") }.sorted()
    }

    private static func bytes(of path: String) -> [UInt8] {
        guard let file = fopen("\(root)/\(path)", "r") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes[..<count])
    }
}
