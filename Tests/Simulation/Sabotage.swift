/// A rule broken on purpose, to prove that the simulation notices.
public enum Sabotage: String, Sendable, CaseIterable {
    /// The service counts without looking whether the key was counted already.
    case ignoresKeys
    /// The service replies before its transaction commits, so that a crash loses the count.
    case repliesBeforeCommit
    /// The service says that mail passes and counts nothing.
    case forgetsToCount
    /// The service commits after the asker stopped waiting.
    case commitsTooLate
    /// The client asks again with another key.
    case freshKeyOnReask
    /// The client delivers one outcome twice.
    case deliversTwice
    /// The client loses an outcome.
    case losesOutcome
    /// The client sends more at once than agreed.
    case exceedsInFlight
    /// The client asks again however many connections a question has lost.
    case asksForever
    /// The client opens a connection again at once that answered nothing.
    case reconnectsAtOnce
    /// Questions are sent before the service said hello.
    case speaksBeforeHello
    /// The frontend takes a final verdict for none.
    case ignoresFinalVerdict
    /// The frontend answers one request twice.
    case answersTwice
    /// The frontend notices its deadlines late.
    case wakesLate
    /// The frontend gives in to a third round of needs.
    case grantsThirdNeed
    /// The frontend forgets what waits for the next request of a message.
    case forgetsCarriedAction
    /// A question asks twice what must not be asked twice.
    case repeatsKeyless
}
