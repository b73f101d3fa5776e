public import ServiceProtocol

/// How long one peer keeps us waiting: for the rest of a request, and for taking what it is sent.
///
/// A value that is told of bytes and moments; the connection that keeps it looks now and then whether it is exhausted.
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
    /// Replies that were written and have not left yet.
    public private(set) var unsentReplies = 0

    /// Nothing is waited for.
    public init() {}

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
        unsentReplies += 1
        if replySince == nil { replySince = moment }
    }

    /// A reply has left: the peer took something, so the next reply's time begins anew.
    public mutating func replyLeft(at moment: MonotonicInstant) {
        unsentReplies -= 1
        replySince = unsentReplies > 0 ? moment : nil
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
