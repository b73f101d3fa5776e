import Dispatch

/// How even the processor is: on a virtual machine a busy one may do next to nothing for many milliseconds, though no other
/// process runs, and the slowest requests then tell of the machine.
struct Steadiness {
    /// Rounds of the work that each millisecond had room for, of each measurement.
    private var measurements: [[Int]] = []

    private static let span: UInt64 = 1_000_000

    /// Works for `seconds` on one thread, and counts.
    static func measure(seconds: Double = 4) -> Steadiness {
        var spans: [Int] = []
        let start = DispatchTime.now().uptimeNanoseconds
        let end = start + UInt64(seconds * 1_000_000_000)
        var (begin, now) = (start, start)
        var rounds = 0
        var number: UInt64 = start
        while now < end {
            for _ in 0..<1_000 { number = number &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407 }
            rounds += 1
            now = DispatchTime.now().uptimeNanoseconds
            guard now - begin >= span else { continue }
            // The result is used, so that the work is not left out.
            spans.append(number == 0 ? 0 : rounds)
            (begin, rounds) = (now, 0)
        }
        return Steadiness(measurements: [spans])
    }

    /// What two measurements have found together.
    static func + (left: Steadiness, right: Steadiness) -> Steadiness {
        Steadiness(measurements: left.measurements + right.measurements)
    }

    /// The share of milliseconds in which less than a fifth of the usual work was done.
    var idleShare: Double {
        let all = measurements.flatMap { idle($0) }
        return Double(all.count { $0 }) / Double(max(all.count, 1))
    }

    /// The most of them in a row.
    var longest: Int {
        measurements.flatMap { idle($0).split(separator: false).map(\.count) }.max() ?? 0
    }

    private func idle(_ spans: [Int]) -> [Bool] {
        let usual = median(spans.map(Double.init))
        return spans.map { Double($0) * 5 < usual }
    }
}
