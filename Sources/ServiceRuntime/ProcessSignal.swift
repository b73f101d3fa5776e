internal import CPosternSupport
internal import Glibc

/// The signals a service listens to.
public enum ProcessSignal: CaseIterable, Equatable, Sendable {
    /// SIGTERM: drain and end.
    case terminate
    /// SIGINT, a terminal's Ctrl-C: like ``terminate``.
    case interrupt
    /// SIGHUP: read the configuration again.
    case hangUp

    /// The signal's number.
    public var number: Int32 {
        switch self {
        case .terminate: SIGTERM
        case .interrupt: SIGINT
        case .hangUp: SIGHUP
        }
    }

    /// The signal of that number, if it is one of these.
    public init?(number: Int32) {
        guard let signal = Self.allCases.first(where: { candidate in candidate.number == number }) else { return nil }
        self = signal
    }

    /// Makes writing to a connection that is gone an error instead of the end of the process.
    public static func ignoreBrokenPipes() { postern_ignore_sigpipe() }
}
