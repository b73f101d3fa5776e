import Glibc
import SimulationCore

/// `postern-simulation --seeds N [--first S] [--replay SEED] [--sabotage NAME]`: runs seeds on all cores.
struct Runner {
    private var seeds: UInt64 = 1_000
    private var first: UInt64 = 1
    private var replay: UInt64?
    private var sabotage: Sabotage?

    init(_ arguments: [String]) {
        var rest = arguments.dropFirst()
        while let option = rest.popFirst() {
            let value = rest.popFirst() ?? ""
            switch (option, UInt64(value)) {
            case ("--seeds", let number?): seeds = number
            case ("--first", let number?): first = number
            case ("--replay", let number?): replay = number
            case ("--sabotage", _) where Sabotage(rawValue: value) != nil: sabotage = Sabotage(rawValue: value)
            default: Self.refuse("usage: postern-simulation --seeds N [--first S] [--replay SEED] [--sabotage NAME]")
            }
        }
    }

    private static func refuse(_ text: String) -> Never {
        print(text)
        exit(64)
    }

    func run() async {
        if let replay {
            let isPassed = show(replay)
            exit(isPassed ? 0 : 1)
        }
        let failed = await runAll()
        for seed in failed.prefix(3) { _ = show(seed) }
        print("failed seeds: \(failed.isEmpty ? "none" : failed.map(String.init).joined(separator: " "))")
        print("\(Int(seeds) - failed.count) passed, \(failed.count) failed")
        exit(failed.isEmpty ? 0 : 1)
    }

    /// Runs all seeds, a batch at a time on each core. Returns those that failed, in order.
    private func runAll() async -> [UInt64] {
        let batch: UInt64 = 500
        let cores = max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1)
        var failed: [UInt64] = []
        var totals = Totals()
        var next: UInt64 = 0
        await withTaskGroup(of: ([UInt64], Totals).self) { group in
            func add() {
                guard next < seeds else { return }
                let range = first + next..<first + min(next + batch, seeds)
                next += batch
                group.addTask { [sabotage] in await Self.run(range, sabotage) }
            }
            for _ in 0..<cores { add() }
            while let (some, counted) = await group.next() {
                failed += some
                totals.add(counted)
                add()
                if totals.seeds % 10_000 == 0 { report("\(totals.seeds) seeds, \(failed.count) failed") }
            }
        }
        print(totals.text)
        return failed.sorted()
    }

    /// At once, also into a file.
    private func report(_ text: String) {
        print(text)
        fflush(nil)
    }

    @concurrent
    private static func run(_ seeds: Range<UInt64>, _ sabotage: Sabotage?) async -> ([UInt64], Totals) {
        var failed: [UInt64] = []
        var totals = Totals()
        for seed in seeds {
            let result = Simulation.run(seed: seed, sabotage: sabotage)
            totals.add(result)
            if !result.isPassed { failed.append(seed) }
        }
        return (failed, totals)
    }

    private func show(_ seed: UInt64) -> Bool {
        let result = Simulation.run(seed: seed, sabotage: sabotage, isTraced: true)
        print("seed \(seed)")
        for line in result.trace { print("  \(line)") }
        for violation in result.violations { print("seed \(seed): \(violation)") }
        return result.isPassed
    }
}

/// What all seeds together went through.
struct Totals: Sendable {
    var seeds = 0
    private var requests = 0
    private var questions = 0
    private var counted = 0
    private var losses = 0
    private var events = 0

    mutating func add(_ result: SimulationResult) {
        seeds += 1
        requests += result.requests
        questions += result.questions
        counted += result.counted
        losses += result.losses
        events += result.events
    }

    mutating func add(_ other: Totals) {
        seeds += other.seeds
        requests += other.requests
        questions += other.questions
        counted += other.counted
        losses += other.losses
        events += other.events
    }

    var text: String {
        "\(seeds) seeds: \(requests) requests, \(questions) questions, \(counted) counted, "
            + "\(losses) connections lost, \(events) events"
    }
}
