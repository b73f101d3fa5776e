public import NIOCore
public import PostfixProtocol
public import ServiceProtocol

/// A question on its way to a service.
public struct Ask: Sendable {
    /// The asker's own name for it; comes back with the outcome.
    public var token: UInt64
    /// The encoded request without its first lines, without Postfix's attributes and without the closing empty line.
    public var payload: ByteBuffer
    /// The request of Postfix that it is about; each endpoint is told those attributes that it reads.
    public var policy: PolicyRequest?
    /// When the asker stops waiting.
    public var expires: MonotonicInstant
    /// Whether it may be asked again after a connection was lost: true for reading checks and for recordings with a
    /// key.
    public var isRepeatable: Bool
    /// Picks the endpoint among several; equal values go to the same one. For locality only, never for correctness.
    public var affinity: UInt64

    /// The longest question in bytes, payload and attributes: with the lines around it the message is within the limits of its reader, which
    /// would close the connection on a longer one.
    public static let longest = AttributeListLimits.standard.message - 64

    /// A question.
    public init(
        token: UInt64, payload: ByteBuffer, policy: PolicyRequest? = nil, expires: MonotonicInstant,
        isRepeatable: Bool, affinity: UInt64
    ) {
        self.token = token
        self.payload = payload
        self.policy = policy
        self.expires = expires
        self.isRepeatable = isRepeatable
        self.affinity = affinity
    }
}

/// Why a question got no answer.
public enum AskFailure: String, Sendable, Hashable, CaseIterable {
    /// No answer in time.
    case expired
    /// The service failed repeatedly and is left alone for a moment.
    case breakerOpen = "left-alone"
    /// Too much waits for this service already.
    case queueFull = "queue-full"
    /// The connection was lost and the question may not be asked twice; or it has lost too many connections.
    case connectionLost = "connection-lost"
}

/// What became of a question.
public enum AskOutcome: Sendable {
    /// The service's reply.
    case reply(AttributeList)
    /// None.
    case failed(AskFailure)
}
