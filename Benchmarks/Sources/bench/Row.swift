/// One line of the table: what is asked, what it is compared with, and what must be reached.
struct Row {
    /// What a row must reach.
    enum Requirement {
        /// Of the opponent's requests a second, at least.
        case ratio(Double)
        /// Of the opponent's 99th percentile, at most.
        case latencyRatio(Double)
        /// Of all processes for one request, in microseconds, at most.
        case processorTime(Double)
        /// The 99th percentile in microseconds, at most.
        case latency(Double)
        /// The median in microseconds, at most.
        case medianLatency(Double)
        /// Requests a second, at least.
        case rate(Double)
    }

    var name: String
    var requirements: [Requirement]
    var contender: Contender
    /// Nil when requests are offered at a fixed rate.
    var opponent: Contender?

    /// Whether the slowest requests are limited in absolute terms.
    var limitsLatency: Bool {
        requirements.contains { if case .latency = $0 { true } else { false } }
    }
}

extension Row.Requirement {
    /// Whether it is reached, and both sides in words.
    func compare(_ measured: Measurement) -> (isReached: Bool, required: String, reached: String) {
        switch self {
        case .ratio(let least):
            (measured.ratio >= least, "ratio >= \(decimal(least))", decimal(measured.ratio))
        case .latencyRatio(let most):
            {
                let reached = median(zip(measured.p99, measured.opponentP99).map { $1 > 0 ? $0 / $1 : 0 })
                return (reached <= most, "p99 <= \(decimal(most)) x", "\(decimal(reached)) x")
            }()
        case .processorTime(let most):
            {
                let reached = median(measured.processorTime)
                return (reached <= most, "CPU <= \(Int(most)) us", "\(decimal(reached, 1)) us")
            }()
        case .latency(let most):
            {
                let (reached, reckoning) = (median(measured.p99), median(measured.reckoningP99))
                return (
                    reached <= most, "p99 <= \(decimal(most / 1_000, 0)) ms",
                    "\(decimal(reached / 1_000)) ms, reckoning \(decimal(reckoning / 1_000)) ms"
                )
            }()
        case .medianLatency(let most):
            {
                let reached = median(measured.p50)
                return (reached <= most, "p50 <= \(decimal(most / 1_000, 0)) ms", "\(decimal(reached / 1_000)) ms")
            }()
        case .rate(let least):
            {
                let reached = median(measured.rates)
                return (reached >= least, "\(Int(least))/s", "\(Int(reached))/s")
            }()
        }
    }
}
