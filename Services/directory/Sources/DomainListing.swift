internal import SQLStore

/// Who waits for a directory's list of all domains, and the last one. A server tells a long answer in pages, only one such
/// answer at a time on a connection; so there is one reading, for all who ask meanwhile.
struct DomainListing: Sendable {
    typealias Reply = @Sendable (Result<[ListedDomain], SQLError>) -> Void

    /// What becomes of a question.
    enum Joining {
        /// The answer is there.
        case known([ListedDomain])
        /// It comes with a reading that is under way.
        case waits
        /// A reading has to begin.
        case begins
    }

    private var waiting: [Reply] = []
    private var last: (domains: [ListedDomain], time: Int)?

    /// How long a list serves questions about its further parts, in milliseconds.
    private static let lifetime = 30_000

    /// Takes a question in.
    mutating func join(isContinued: Bool, now: Int, _ reply: @escaping Reply) -> Joining {
        if isContinued, let last, now - last.time < Self.lifetime { return .known(last.domains) }
        waiting.append(reply)
        return waiting.count == 1 ? .begins : .waits
    }

    /// Takes the result, and gives those who wait for it.
    mutating func finish(_ result: Result<[ListedDomain], SQLError>, now: Int) -> [Reply] {
        if case .success(let domains) = result {
            last = (domains, now)
        } else {
            last = nil
        }
        defer { waiting = [] }
        return waiting
    }
}
