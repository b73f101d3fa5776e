import Testing

@testable import Configuration

@Suite struct SecretSourceTests {
    private func read(_ text: String, required: Bool = true) -> (Secret?, String) {
        do throws(ConfigurationErrors) {
            let document = try ConfigurationDocument(text: text, file: "f")
            let secret = try document.read { required ? $0.secret("password") : $0.optionalSecret("password") }
            return (secret, "")
        } catch {
            return (nil, error.description)
        }
    }

    @Test(arguments: [
        ("hunter2", "hunter2"), ("hunter2\n", "hunter2"), ("hunter2\r\n", "hunter2"), ("a\n\n", "a\n"),
        (" a b ", " a b "),
    ])
    func oneLineBreakAtTheEndIsTrimmed(_ content: String, _ value: String) throws {
        let file = try TemporaryFile(content)
        #expect(read("password-file: \(file.path)").0?.revealed() == value)
    }

    @Test(arguments: [0o604, 0o644, 0o602, 0o666]) func aFileOpenToOthersIsRefused(_ mode: UInt32) throws {
        let file = try TemporaryFile("hunter2", mode: mode)
        let (secret, errors) = read("password-file: \(file.path)")
        #expect(secret == nil)
        let advice = "take the permissions of others away: chmod o= \(file.path)"
        #expect(errors == "f:1:16: password-file: \(file.path) is open to every user; \(advice)")
    }

    @Test func aFileOpenToTheGroupIsRead() throws {
        let file = try TemporaryFile("hunter2", mode: 0o640)
        #expect(read("password-file: \(file.path)").0?.revealed() == "hunter2")
    }

    @Test(
        arguments: [
            ([], "is empty"), ([0x0A], "is empty"), ([0x61, 0xFF], "does not hold text in UTF-8"),
            ([0x61, 0x00], "does not hold text in UTF-8"),
        ] as [([UInt8], String)])
    func contentThatIsNoSecretIsRefused(_ content: [UInt8], _ reason: String) throws {
        let file = try TemporaryFile(content)
        #expect(read("password-file: \(file.path)").1 == "f:1:16: password-file: \(file.path) \(reason)")
    }

    @Test func aLongFileIsRefused() throws {
        let file = try TemporaryFile([UInt8](repeating: 0x61, count: SecretSource.limit + 1))
        let expected = "f:1:16: password-file: cannot read \(file.path): larger than 64k"
        #expect(read("password-file: \(file.path)").1 == expected)
    }

    static let faults = [
        Case("{}", "f:1:1: password-file: required, but not given"),
        Case(
            "password: hunter2",
            "f:1:11: password: a secret does not belong here; put it into a file and name the file in 'password-file'"
        ),
        Case(
            "password-file: hunter2",
            "f:1:16: password-file: expected the absolute path of a file that holds the secret"),
        Case("password-file: [x]", "f:1:16: password-file: expected the absolute path of a file that holds the secret"),
        Case(
            "password-file: \"/a\\0b\"",
            "f:1:16: password-file: expected the absolute path of a file that holds the secret"),
        Case(
            "password-file: /nonexistent/x",
            "f:1:16: password-file: cannot read /nonexistent/x: No such file or directory"),
        Case("password-file: /dev/zero", "f:1:16: password-file: cannot read /dev/zero: not a regular file"),
    ]

    @Test(arguments: faults) func faultsNeverShowTheSecret(_ example: Case) {
        #expect(read(example.text).1 == example.errors)
        #expect(!example.errors.contains("hunter2"))
    }

    @Test func aCredentialOfTheFilesNameStandsAboveTheFile() throws {
        let credential = try TemporaryFile("from systemd\n", mode: 0o400)
        let parts = credential.path.split(separator: "/")
        let directory = "/" + parts.dropLast().joined(separator: "/")
        let source = SecretSource.files(credentials: directory)
        let document = try ConfigurationDocument(
            text: "password-file: /nonexistent/\(try #require(parts.last))", file: "f")
        #expect(try document.read(secrets: source) { $0.secret("password") }.revealed() == "from systemd")
    }

    @Test(arguments: ["", "\n"]) func anEmptyCredentialCountsAsNone(_ content: String) throws {
        let credential = try TemporaryFile(content, mode: 0o400)
        let source = SecretSource.files(
            credentials: "/" + credential.path.split(separator: "/").dropLast().joined(separator: "/"))
        let name = try #require(credential.path.split(separator: "/").last)
        let document = try ConfigurationDocument(text: "password-file: /nonexistent/\(name)", file: "f")
        let error = #expect(throws: ConfigurationErrors.self) {
            try document.read(secrets: source) { $0.secret("password") }
        }
        let expected = "f:1:16: password-file: cannot read /nonexistent/\(name): No such file or directory"
        #expect(error?.description == expected)
    }

    @Test func anOptionalSecretMayBeMissing() {
        let (secret, errors) = read("{}", required: false)
        #expect(secret == nil)
        #expect(errors.isEmpty)
    }

    @Test func aCheckMayLeaveSecretsUnread() throws {
        let document = try ConfigurationDocument(text: "password-file: /nonexistent/x", file: "f")
        let secret = try document.read(secrets: .unread) { $0.secret("password") }
        #expect(secret.revealed().isEmpty)
    }

    @Test func printingShowsNoSecret() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        dump([secret], to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), String(describing: [secret]), dumped] {
            #expect(text.contains("(secret)"))
            #expect(!text.contains("hunter2"))
        }
        #expect(ConfigurationNode(secret).yaml() == "(secret)\n")
    }
}
