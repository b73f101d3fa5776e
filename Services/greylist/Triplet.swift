/// Who sends from where to whom: what greylisting remembers of a refused mail.
public struct Triplet: Sendable, Hashable {
    /// The client's address in canonical form.
    public let client: String
    /// The envelope sender without extension, normalised; empty for bounces.
    public let sender: String
    /// The envelope recipient without extension, normalised, as it was received: not mapped to an alias target.
    public let recipient: String

    /// The hash of the three, made once: a batch looks for each triplet in several tables.
    private let digest: Int

    /// Puts a triplet together from its parts in their normal forms.
    public init(client: String, sender: String, recipient: String) {
        self.client = client
        self.sender = sender
        self.recipient = recipient
        var hasher = Hasher()
        hasher.combine(client)
        hasher.combine(sender)
        hasher.combine(recipient)
        digest = hasher.finalize()
    }

    /// Whether all three are the same.
    public static func == (left: Triplet, right: Triplet) -> Bool {
        left.digest == right.digest && left.client == right.client && left.sender == right.sender
            && left.recipient == right.recipient
    }

    /// Hashes the three.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(digest)
    }
}

/// A triplet that has been refused and not yet accepted. Times are Unix seconds.
public struct WaitingTriplet: Sendable, Hashable {
    /// When it was seen first.
    public var initTime: Int
    /// From then on a retry is accepted.
    public var blockExpired: Int
    /// After that it counts as not seen before.
    public var recordExpired: Int
    /// How often it was refused.
    public var blockedCount: Int

    /// A triplet as it is stored.
    public init(initTime: Int, blockExpired: Int, recordExpired: Int, blockedCount: Int) {
        self.initTime = initTime
        self.blockExpired = blockExpired
        self.recordExpired = recordExpired
        self.blockedCount = blockedCount
    }
}

/// A client that has retried as it should: it is not refused any more, whatever it sends. Times are Unix seconds.
public struct PassedClient: Sendable, Hashable {
    /// When it passed.
    public var initTime: Int
    /// After that it is unknown again.
    public var recordExpired: Int

    /// A client as it is stored.
    public init(initTime: Int, recordExpired: Int) {
        self.initTime = initTime
        self.recordExpired = recordExpired
    }

    /// Whether the client is still known at `now`.
    public func isKnown(at now: Int) -> Bool {
        recordExpired >= now
    }
}
