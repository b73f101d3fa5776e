import Glibc
import Testing

/// A file that exists as long as the test needs it.
final class TemporaryFile {
    let path: String

    init(_ bytes: [UInt8], mode: mode_t = 0o600) throws {
        var template = Array("/tmp/configuration-test-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let written = write(descriptor, bytes, bytes.count)
        fchmod(descriptor, mode)
        close(descriptor)
        try #require(written == bytes.count)
    }

    convenience init(_ text: String, mode: mode_t = 0o600) throws {
        try self.init(Array(text.utf8), mode: mode)
    }

    deinit {
        unlink(path)
    }
}
