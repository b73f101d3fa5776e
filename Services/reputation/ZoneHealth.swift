internal import DNS

/// Whether a list is of use, as a value: the entries it must have and must not have tell (RFC 5782 section 5). Times are
/// milliseconds of a monotonic clock.
struct ZoneHealth: Sendable, Equatable {
    /// What is known.
    enum State: Sendable, Equatable {
        /// Not yet anything.
        case unknown
        /// It answers as it should.
        case sound
        /// It is not asked, for this reason.
        case setAside(String)
    }

    /// What the log should tell.
    enum Change: Sendable, Equatable {
        case setAside(String)
        case isBack
    }

    /// How often a list that is sound is looked at.
    private static let interval = 600_000
    /// How soon one is that did not answer: it may be back at any moment.
    private static let retryOfSilence = 2_000
    /// How soon one is that answered wrongly.
    private static let retryOfNonsense = 60_000

    private(set) var state = State.unknown
    private var due = Int.min
    private var isUnderWay = false
    /// It refused while a look was under way, which may have been answered before.
    private var isLookOutdated = false

    /// Whether a look is to be taken now; it counts as begun then.
    mutating func beginsLook(now: Int) -> Bool {
        guard !isUnderWay, due <= now else { return false }
        isUnderWay = true
        return true
    }

    /// What the two entries said.
    mutating func conclude(listed: ZoneAnswer, unlisted: ZoneAnswer, now: Int) -> Change? {
        isUnderWay = false
        guard !isLookOutdated else {
            isLookOutdated = false
            return nil
        }
        switch (listed, unlisted) {
        case (.listed, .unlisted):
            due = now + Self.interval
            return become(.sound)
        case (.failed(let failure), _), (_, .failed(let failure)):
            due = now + Self.retryOfSilence
            return become(.setAside(failure.rawValue))
        case (_, .listed):
            due = now + Self.retryOfNonsense
            return become(.setAside("it lists what no list may list"))
        default:
            due = now + Self.retryOfNonsense
            return become(.setAside(listed.problem ?? unlisted.problem ?? "it does not list its test entry"))
        }
    }

    /// It refused in answer to an ordinary question.
    mutating func refused(_ reason: String, now: Int) -> Change? {
        due = now + Self.retryOfNonsense
        isLookOutdated = isUnderWay
        return become(.setAside(reason))
    }

    private mutating func become(_ next: State) -> Change? {
        let previous = state
        state = next
        switch (previous, next) {
        case (.setAside, .sound): return .isBack
        case (.setAside(let old), .setAside(let new)) where old == new: return nil
        case (_, .setAside(let reason)): return .setAside(reason)
        default: return nil
        }
    }
}
