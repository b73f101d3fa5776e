import Configuration
import Testing

@Suite struct ConfigurationFileTests {
    @Test func aFileIsReadUnderItsName() throws {
        let file = try TemporaryFile("a: 1\nb: x\n")
        let document = try ConfigurationFile.load(path: file.path)
        let errors = #expect(throws: ConfigurationErrors.self) {
            try document.read { $0.int("a") + $0.int("b") }
        }
        #expect(errors?.description == "\(file.path):2:4: b: expected a whole number, found x")
    }

    @Test func anEmptyFileIsRefused() throws {
        let file = try TemporaryFile("")
        let errors = #expect(throws: ConfigurationErrors.self) { try ConfigurationFile.load(path: file.path) }
        #expect(errors?.description == "\(file.path):1:1: the file holds no configuration")
    }

    @Test func aLargeFileIsRefused() throws {
        let file = try TemporaryFile([UInt8](repeating: 0x23, count: ConfigurationDocument.sizeLimit + 1))
        let errors = #expect(throws: ConfigurationErrors.self) { try ConfigurationFile.load(path: file.path) }
        #expect(errors?.description == "\(file.path): cannot read: larger than 1M")
    }

    @Test(arguments: [
        ("/nonexistent/postern.yaml", "No such file or directory"), ("/dev/null", "not a regular file"),
        ("/", "not a regular file"),
    ])
    func whatCannotBeReadIsNamed(_ path: String, _ reason: String) {
        let errors = #expect(throws: ConfigurationErrors.self) { try ConfigurationFile.load(path: path) }
        #expect(errors?.description == "\(path): cannot read: \(reason)")
    }
}
