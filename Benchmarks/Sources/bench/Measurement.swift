import Foundation

/// The figures of one row over all its rounds.
struct Measurement {
    /// The suite's and its opponent's requests a second, in the order of the rounds.
    var rates: [Double] = []
    var opponentRates: [Double] = []
    var p50: [Double] = []
    var p99: [Double] = []
    var p999: [Double] = []
    var opponentP99: [Double] = []
    /// The 99th percentile of a program that only reckons, as long for each request as the suite, at the same rate.
    var reckoningP99: [Double] = []
    /// Processor time of all processes of the suite for one request, in microseconds.
    var processorTime: [Double] = []
    /// The database server's share, where there is one.
    var databaseTime: [Double] = []

    /// Of each round.
    var ratios: [Double] { zip(rates, opponentRates).map { $1 > 0 ? $0 / $1 : 0 } }

    /// The median ratio of the rounds.
    var ratio: Double { median(ratios) }
}

/// The middle value, or the mean of the two in the middle; 0 of none.
func median(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return 0 }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
