import SimulationCore
import Testing

@Suite struct SimulationTests {
    @Test func aThousandSeedsHoldEveryRule() async {
        var counted = 0
        var losses = 0
        for seed in UInt64(1)...1_000 {
            let result = Simulation.run(seed: seed)
            #expect(result.isPassed, "seed \(seed): \(result.violations)")
            counted += result.counted
            losses += result.losses
            // The other tests share these threads.
            await Task.yield()
        }
        #expect(counted > 1_000, "the seeds record something")
        #expect(losses > 500, "and something goes wrong on the way")
    }

    @Test func aSeedReplays() {
        for seed in UInt64(1)...20 {
            let first = Simulation.run(seed: seed, isTraced: true)
            let second = Simulation.run(seed: seed, isTraced: true)
            #expect(first.trace == second.trace)
            #expect(first.trace.count > 10)
        }
    }

    /// Each rule broken on purpose is noticed, by the invariant that is there for it.
    @Test(arguments: [
        (Sabotage.ignoresKeys, "counts one recording twice"),
        (.repliesBeforeCommit, "lets mail pass that it has not counted"),
        (.forgetsToCount, "lets mail pass that it has not counted"),
        (.commitsTooLate, "committed after the asker stopped waiting"),
        (.freshKeyOnReask, "counts one recording twice"),
        (.deliversTwice, "an outcome for a question that is not open"),
        (.losesOutcome, "has no outcome in time"),
        (.exceedsInFlight, "too many questions on one connection"),
        (.asksForever, "a question goes on losing connections"),
        (.reconnectsAtOnce, "a connection of no use is opened again at once"),
        (.speaksBeforeHello, "a question before the service said hello"),
        (.ignoresFinalVerdict, "after a decisive verdict"),
        (.answersTwice, "is answered twice"),
        (.wakesLate, "after its deadline"),
        (.grantsThirdNeed, "more than two rounds of needs"),
        (.forgetsCarriedAction, "instead of"),
        (.repeatsKeyless, "asked twice without a key"),
    ])
    func aBrokenRuleIsNoticed(sabotage: Sabotage, notice: String) {
        let isNoticed = (UInt64(1)...1_500).contains { seed in
            Simulation.run(seed: seed, sabotage: sabotage).violations.contains { $0.contains(notice) }
        }
        #expect(isNoticed, "\(sabotage) goes unnoticed")
    }
}
