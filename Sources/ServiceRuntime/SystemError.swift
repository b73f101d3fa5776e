internal import Glibc

/// A system call that failed: what was tried, and the system's reason.
public struct SystemError: Error, Equatable, CustomStringConvertible {
    /// What was tried, in words: `listen on 127.0.0.1:7777`.
    public let attempt: String
    /// The value of `errno`.
    public let code: Int32

    /// An error of its parts; `code` is a positive `errno` value.
    public init(_ attempt: String, code: Int32) {
        self.attempt = attempt
        self.code = code
    }

    /// The attempt and the system's words for the reason.
    public var description: String { "cannot \(attempt): \(String(cString: strerror(code)))" }
}
