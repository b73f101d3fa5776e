/// The files of the project itself.
public enum Repository {
    /// Its directory.
    public static let path = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    /// What stands indented in the README under a heading of the second level, without the indentation.
    /// - Throws: When nothing does.
    public static func readme(under heading: String) throws -> [String] {
        let lines = contents(of: "\(path)/README.md").split(separator: "\n")
        let section = lines.drop { $0 != "## \(heading)" }.dropFirst().prefix { !$0.hasPrefix("## ") }
        let code = section.filter { $0.hasPrefix("    ") }.map { String($0.dropFirst(4)) }
        guard !code.isEmpty else { throw FixtureError("README.md shows nothing under \"\(heading)\"") }
        return code
    }
}
