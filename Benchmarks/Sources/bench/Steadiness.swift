import Dispatch

/// How even the processor is: on a virtual machine the same work may take many times as long a moment later, and the
/// slowest requests then tell of the machine.
struct Steadiness {
    /// Rounds of the work that each span of 5 ms had room for.
    private var spans: [Int] = []

    private static let span: UInt64 = 5_000_000

    /// Works for `seconds` on one thread, and counts.
    static func measure(seconds: Double = 2) -> Steadiness {
        var found = Steadiness()
        let start = DispatchTime.now().uptimeNanoseconds
        let end = start + UInt64(seconds * 1_000_000_000)
        var (begin, now) = (start, start)
        var rounds = 0
        var number: UInt64 = start
        while now < end {
            for _ in 0..<2_000 { number = number &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407 }
            rounds += 1
            now = DispatchTime.now().uptimeNanoseconds
            guard now - begin >= span else { continue }
            // The result is used, so that the work is not left out.
            found.spans.append(number == 0 ? 0 : rounds)
            (begin, rounds) = (now, 0)
        }
        return found
    }

    /// What two measurements have found together.
    static func + (left: Steadiness, right: Steadiness) -> Steadiness {
        Steadiness(spans: left.spans + right.spans)
    }

    /// The work of the slowest span as a share of the fastest one's.
    var slowest: Double { Double(spans.min() ?? 0) / Double(max(fastest, 1)) }

    /// The share of spans that had room for less than 60 % of the fastest one's work.
    var slowShare: Double { Double(spans.count { $0 * 10 < fastest * 6 }) / Double(max(spans.count, 1)) }

    private var fastest: Int { spans.max() ?? 0 }
}
