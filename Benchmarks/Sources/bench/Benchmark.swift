import Foundation

/// Runs rows: contender and opponent take turns, so that both see the same machine.
final class Benchmark {
    let installation: Installation
    let rounds: Int
    let seconds: Double
    private(set) var results: [(row: Row, measurement: Measurement)] = []
    /// The most memory a suite had in the middle of a run, in KiB.
    private(set) var loadedMemory = 0
    /// Clients from here on have never been asked about; every fresh run begins where the last one ended.
    private var nextFresh = 20_000_000

    init(_ installation: Installation, rounds: Int, seconds: Double) {
        self.installation = installation
        self.rounds = rounds
        self.seconds = seconds
    }

    /// Measures a row and keeps its figures.
    func measure(_ row: Row) throws {
        print("  \(row.name)", terminator: "")
        fflush(nil)
        var measurement = Measurement()
        for _ in 0..<rounds {
            if let opponent = row.opponent {
                let result = try run(opponent, seconds: seconds / 2)
                measurement.opponentRates.append(result.rate)
                measurement.opponentP99.append(result.p99)
            }
            try run(row.contender, into: &measurement)
            if row.limitsLatency { try reckon(row.contender.load, into: &measurement) }
        }
        results.append((row, measurement))
        let rate = Int(median(measurement.rates))
        print(row.opponent == nil ? ": \(rate)/s" : ": \(rate)/s, \(decimal(measurement.ratio)) of the other")
    }

    private func run(_ contender: Contender, into measurement: inout Measurement) throws {
        let processes = contender.processes()
        let databaseProcesses = contender.databaseProcesses()
        let before = ProcessFigures.processorTime(processes)
        let databaseBefore = ProcessFigures.processorTime(databaseProcesses)
        let result = try run(contender, seconds: seconds) { [self] in
            loadedMemory = max(loadedMemory, ProcessFigures.memory(processes))
        }
        let answered = Double(max(result.answered, 1))
        measurement.rates.append(result.rate)
        measurement.p50.append(result.p50)
        measurement.p99.append(result.p99)
        measurement.p999.append(result.p999)
        measurement.processorTime.append((ProcessFigures.processorTime(processes) - before) / answered)
        if !databaseProcesses.isEmpty {
            let spent = ProcessFigures.processorTime(databaseProcesses) - databaseBefore
            measurement.databaseTime.append(spent / answered)
        }
    }

    /// What the machine makes of the processor time alone that the last round took, if all processors shared it evenly: the
    /// floor at the same rate, which reckons so long before it answers.
    private func reckon(_ load: Load, into measurement: inout Measurement) throws {
        let spent = (measurement.processorTime.last ?? 0) + (measurement.databaseTime.last ?? 0)
        let share = spent / Double(ProcessInfo.processInfo.activeProcessorCount)
        var idle = Measurement()
        try runFloor(load, work: 0, into: &idle)
        var reckoning = Measurement()
        try runFloor(load, work: max(Int(share - median(idle.processorTime)), 0), into: &reckoning)
        measurement.reckoningP99 += reckoning.p99
    }

    private func runFloor(_ load: Load, work: Int, into measurement: inout Measurement) throws {
        let floor = try Floor(installation, work: work)
        defer { floor.stop() }
        try run(floor.contender(load), into: &measurement)
    }

    private func run(
        _ contender: Contender, seconds: Double, halfway body: (() -> Void)? = nil
    ) throws -> Load.Result {
        var load = contender.load
        load.seconds = seconds
        if contender.isFresh { load.first = nextFresh }
        let failures = try contender.suite?.failures() ?? 0
        let result = try load.run(at: contender.port, installation, halfway: body)
        if contender.isFresh { nextFresh += result.answered }
        let newFailures = try (contender.suite?.failures() ?? 0) - failures
        guard newFailures == 0 else {
            throw Program.Failure(description: "\(newFailures) answers came from a failure rule")
        }
        return result
    }
}
