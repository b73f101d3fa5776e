import Glibc
import Testing

@testable import SuiteFixture

@Suite struct JanitorTests {
    /// What a test's process leaves when it ends without having removed it.
    @Test func whatWasLeftBehindIsRemoved() throws {
        var janitor: Janitor? = try Janitor()
        let directory = try TemporaryDirectory(janitor: #require(janitor))
        try directory.write("text", to: "file")
        mkdir("\(directory.path)/a directory", 0o700)
        try directory.write("text", to: "a directory/file")
        // The end of the pipe that the process holds is closed.
        janitor = nil
        #expect(access(directory.path, F_OK) != 0)
    }

    @Test func aDirectoryGoesWithItsValue() throws {
        var directory: TemporaryDirectory? = try TemporaryDirectory()
        let path = try #require(directory?.path)
        #expect(access(path, F_OK) == 0)
        directory = nil
        #expect(access(path, F_OK) != 0)
    }
}
