internal import Glibc

/// Listens on the loopback address and never says a word.
public final class SilentListener: Sendable {
    /// Its port.
    public let port: Int
    private let descriptor: Int32

    /// Listens.
    public init() throws {
        (descriptor, port) = try listenOnLoopback()
    }

    deinit {
        close(descriptor)
    }
}
