public import ServiceProtocol

/// How long one peer keeps us waiting: for the rest of a request, and for taking what it is sent.
///
/// A value that is told of bytes and moments; the connection that keeps it looks now and then whether it is exhausted.
/// To be told of each reply that it has left would cost more than the reply; so now and then one write is watched, and
/// when that has left, all before it have.
public struct PeerPatience: Sendable {
    /// What is allowed, in milliseconds.
    public struct Limits: Sendable {
        /// From the first byte of a request to its last.
        public var request = 60_000
        /// Without taking anything of the replies it is owed.
        public var reply = 60_000

        /// The shipped values.
        public init() {}
    }

    private var requestSince: MonotonicInstant?
    private var replySince: MonotonicInstant?
    private var written = 0
    private var left = 0
    private var isWatching = false

    /// Nothing is waited for.
    public init() {}

    /// Replies that were written and are not known to have left.
    public var unsentReplies: Int { written - left }

    /// Some bytes of an unfinished request are there, the last of which came at `moment`.
    public mutating func requestIsPartial(at moment: MonotonicInstant) {
        if requestSince == nil { requestSince = moment }
    }

    /// A request is whole.
    public mutating func requestIsWhole() {
        requestSince = nil
    }

    /// A reply was written.
    public mutating func replyWritten(at moment: MonotonicInstant) {
        written &+= 1
        if replySince == nil { replySince = moment }
    }

    /// Begins to watch a write that comes behind all replies so far.
    /// - Returns: What to say with ``left(_:at:)`` when it has left; nil when there is nothing to watch, or one is
    ///   watched already.
    public mutating func watch() -> Int? {
        guard !isWatching, written != left else { return nil }
        isWatching = true
        return written
    }

    /// The watched write has left: the peer took something, so the time of the replies behind it begins anew.
    public mutating func left(_ replies: Int, at moment: MonotonicInstant) {
        isWatching = false
        left = replies
        replySince = written != left ? moment : nil
    }

    /// Why the connection is to be closed; nil when nothing has taken too long.
    public func complaint(at moment: MonotonicInstant, limits: Limits) -> String? {
        if let replySince, moment.microseconds(since: replySince) / 1_000 >= limits.reply { return "takes no reply" }
        if let requestSince, moment.microseconds(since: requestSince) / 1_000 >= limits.request {
            return "half a request, then silence"
        }
        return nil
    }
}
