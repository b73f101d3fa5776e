internal import Glibc

/// A directory that is removed with everything in it: with this value, or else when the test's process has ended.
public final class TemporaryDirectory: Sendable {
    private static let janitor = Result { try Janitor() }

    /// Its absolute path; short, since Unix sockets lie in it.
    public let path: String

    /// Makes one.
    public convenience init() throws {
        try self.init(janitor: Self.janitor.get())
    }

    /// Makes one that `janitor` removes where nobody else has.
    init(janitor: Janitor) throws {
        var template = Array("/tmp/postern.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw FixtureError("mkdtemp: \(String(cString: strerror(errno)))") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try janitor.remember(path)
        // Postfix's processes reach the sockets below as another user.
        chmod(path, 0o755)
    }

    deinit {
        _ = Command.run("/bin/rm", ["-rf", path])
    }

    /// Writes a file below it.
    @discardableResult
    public func write(_ text: String, to name: String, mode: UInt32 = 0o644) throws -> String {
        let file = "\(path)/\(name)"
        guard let stream = fopen(file, "w") else { throw FixtureError("cannot write \(file)") }
        fputs(text, stream)
        fclose(stream)
        chmod(file, mode)
        return file
    }
}

/// What a test's surroundings lack.
public struct FixtureError: Error, CustomStringConvertible {
    /// What is missing.
    public let description: String

    /// An error in words.
    public init(_ description: String) {
        self.description = description
    }
}

/// The text of a file; empty when there is none.
public func contents(of path: String) -> String {
    guard let stream = fopen(path, "r") else { return "" }
    defer { fclose(stream) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = fread(&chunk, 1, chunk.count, stream)
        guard count > 0 else { break }
        bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
}
