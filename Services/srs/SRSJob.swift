internal import SQLStore
internal import ServiceProtocol

/// What the store's thread is asked to do.
enum SRSJob: Sendable {
    /// Something with the connection; it is handed the error if there is none, and returns its own.
    typealias Work = @Sendable (Result<any SQLConnection, SQLError>) -> SQLError?

    /// How a question about an original ends.
    enum Answer: Sendable, Hashable {
        /// It is kept; the address.
        case address(String)
        /// It is not kept: it was never there, or there was no room for it.
        case none
        /// The store failed.
        case failed(SQLError)
    }

    /// A question about an original.
    struct Question: Sendable {
        /// What is to be kept; nil to ask only.
        var original: SRSOriginal?
        /// What is asked for.
        var identifier: Bytes16
        /// When nobody waits for the answer any more.
        var deadline: MonotonicInstant
        /// Called on the store's thread; what is kept is committed then.
        var answer: @Sendable (Answer) -> Void
        /// How many connections were lost with it.
        var losses = 0
    }

    /// Settings, listings.
    case work(Work)
    /// An original.
    case question(Question)
}
