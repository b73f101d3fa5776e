import Glibc
import SuiteFixture
import Testing

/// `postern check` on the corpus of configurations: what each file's administrator is told, word for word.
@Suite struct BadConfigurationTests {
    private static let corpus = "\(Repository.path)/Tests/BadConfigurations"

    private static let names: [String] = Command.run("/bin/ls", [corpus]).output
        .split(separator: "\n").filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(".yaml".count)) }

    @Test func theCorpusIsThere() {
        #expect(Self.names.count >= 90)
        #expect(Self.names.contains { $0.hasPrefix("good-") })
    }

    @Test(arguments: names) func isToldExactly(name: String) throws {
        let directory = try TemporaryDirectory()
        try Self.makeSecrets(in: directory)
        try Self.copy(name, to: directory)
        let outcome = Command.run(
            "\(Suite.binaries)/postern", ["check", "--quiet", "--config", "\(directory.path)/\(name).yaml"])
        let output = outcome.output.replacing("\(directory.path)/\(name).yaml", with: "\(name).yaml")
            .replacing(directory.path, with: "DIRECTORY")
        #expect(output == contents(of: "\(Self.corpus)/\(name).expected"))
        #expect(outcome.status == (name.hasPrefix("good-") ? EX_OK : EX_CONFIG))
    }

    /// What is printed is a configuration again, and means the same.
    @Test func whatCheckPrintsIsAConfiguration() throws {
        let directory = try TemporaryDirectory()
        try Self.makeSecrets(in: directory)
        try Self.copy("good-everything", to: directory)
        let first = Self.check("good-everything", in: directory)
        #expect(first.status == 0)
        try directory.write(first.output, to: "again.yaml")
        #expect(Self.check("again", in: directory).output == first.output)
    }

    /// An administrator without the right to the secret can still check the rest.
    @Test func secretsNeedNotBeRead() throws {
        let directory = try TemporaryDirectory()
        try Self.copy("srs-secret-missing", to: directory)
        #expect(Self.check("srs-secret-missing", in: directory, "--without-secrets").status == 0)
    }

    @Test func aMissingFileIsNamed() {
        let outcome = Command.run("\(Suite.binaries)/postern", ["check", "--config", "/nonexistent/postern.yaml"])
        #expect(outcome.output == "/nonexistent/postern.yaml: cannot read: No such file or directory\n")
        #expect(outcome.status == EX_CONFIG)
    }

    private static func check(_ name: String, in directory: TemporaryDirectory, _ more: String...) -> Command.Outcome {
        Command.run("\(Suite.binaries)/postern", ["check", "--config", "\(directory.path)/\(name).yaml"] + more)
    }

    private static func makeSecrets(in directory: TemporaryDirectory) throws {
        try directory.write("a secret that is long enough\n", to: "secret", mode: 0o600)
        try directory.write("a secret that everybody may read\n", to: "open-secret", mode: 0o644)
        try directory.write("", to: "empty-secret", mode: 0o600)
        try directory.write("k3y\n", to: "label", mode: 0o600)
        try directory.write("two.labels\n", to: "two-labels", mode: 0o600)
        try directory.write("one secret\tuntil=2026-02-30\n", to: "secret-with-bad-end", mode: 0o600)
        try directory.write("one secret\ntwo\none secret\n", to: "secret-twice", mode: 0o600)
    }

    /// Some files are no text, so they are copied as bytes; those that name the directory are.
    private static func copy(_ name: String, to directory: TemporaryDirectory) throws {
        let file = "\(corpus)/\(name).yaml"
        let text = contents(of: file)
        guard text.contains("DIRECTORY") else {
            let outcome = Command.run("/bin/cp", [file, "\(directory.path)/\(name).yaml"])
            guard outcome.status == 0 else { throw FixtureError(outcome.output) }
            return
        }
        try directory.write(text.replacing("DIRECTORY", with: directory.path), to: "\(name).yaml")
    }
}
