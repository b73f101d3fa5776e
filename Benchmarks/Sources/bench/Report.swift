import Foundation

/// The table and what stands below it, and the same as a file.
struct Report {
    var results: [(row: Row, measurement: Measurement)]
    var unavailable: [(row: String, reason: String)]
    var idleMemory: [(service: String, kibibytes: Int)]
    var loadedMemory: Int
    var startTimes: [(service: String, milliseconds: Double)]
    var logSizes: [(database: String, bytes: Int)]
    var steadiness: Steadiness

    func print() {
        Swift.print("\n" + columns(table) + "\n")
        for line in summary { Swift.print(line) }
    }

    private var table: [[String]] {
        var rows = [
            [
                "Work", "requests/s", "ratio (min-max)", "p50 us", "p99 us", "p99.9 us", "CPU us", "required",
                "reached", "",
            ]
        ]
        for (row, measured) in results {
            let range = "\(decimal(measured.ratios.min() ?? 0))-\(decimal(measured.ratios.max() ?? 0))"
            var cells = [
                row.name, "\(Int(median(measured.rates)))",
                row.opponent == nil ? "" : "\(decimal(measured.ratio)) (\(range))",
                "\(Int(median(measured.p50)))", "\(Int(median(measured.p99)))", "\(Int(median(measured.p999)))",
                processorTime(measured),
            ]
            for requirement in row.requirements {
                let (isReached, required, reached) = requirement.compare(measured)
                rows.append(cells + [required, reached, isReached ? "" : "MISSED"])
                cells = Array(repeating: "", count: 7)
            }
            if row.requirements.isEmpty { rows.append(cells) }
        }
        for (row, reason) in unavailable { rows.append([row, "not available", reason]) }
        return rows
    }

    private func processorTime(_ measured: Measurement) -> String {
        let own = decimal(median(measured.processorTime), 1)
        return measured.databaseTime.isEmpty ? own : "\(own) + \(decimal(median(measured.databaseTime), 1))"
    }

    private var summary: [String] {
        let idle = idleMemory.reduce(0) { $0 + $1.kibibytes }
        let each = idleMemory.map { "\($0.service) \(decimal(Double($0.kibibytes) / 1_024, 1))" }
        let starts = startTimes.map { "\($0.service) \(decimal($0.milliseconds, 0))" }
        let logs = logSizes.map { "\($0.database) \(decimal(Double($0.bytes) / 1_048_576, 1))" }
        return [
            "memory (PSS, MiB): idle \(mebibytes(idle)) (required 90): \(each.joined(separator: ", "))",
            "                   under load \(mebibytes(loadedMemory)) (required 200)",
            "start to first answer (ms, required 60): \(starts.joined(separator: ", "))",
            "write-ahead logs at the end (MiB): \(logs.joined(separator: ", "))",
            "the machine: for \(percent(steadiness.idleShare)) of the time a busy processor did less than a fifth of its usual "
                + "work, for at most \(steadiness.longest) ms at a stretch",
        ]
    }

    private func percent(_ share: Double) -> String { "\(decimal(share * 100, 1)) %" }

    private func mebibytes(_ kibibytes: Int) -> String { decimal(Double(kibibytes) / 1_024, 1) }

    /// Writes every round's figures as JSON, for comparisons between runs.
    func write(to directory: URL) throws -> URL {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let file = directory.appendingPathComponent("bench.json")
        let contents: [String: Any] = [
            "rows": results.map { Self.fields($0.row, $0.measurement) },
            "unavailable": unavailable.map { ["row": $0.row, "reason": $0.reason] },
            "idle_pss_kib": Dictionary(uniqueKeysWithValues: idleMemory.map { ($0.service, $0.kibibytes) }),
            "loaded_pss_kib": loadedMemory,
            "start_ms": Dictionary(uniqueKeysWithValues: startTimes.map { ($0.service, $0.milliseconds) }),
            "machine": ["idle_share": steadiness.idleShare, "longest_idle_ms": Double(steadiness.longest)],
            "wal_bytes": Dictionary(uniqueKeysWithValues: logSizes.map { ($0.database, $0.bytes) }),
        ]
        let data = try JSONSerialization.data(withJSONObject: contents, options: [.prettyPrinted, .sortedKeys])
        try data.write(to: file)
        return file
    }

    private static func fields(_ row: Row, _ measured: Measurement) -> [String: Any] {
        let requirements = row.requirements.map { requirement in
            let (isReached, required, reached) = requirement.compare(measured)
            return ["required": required, "reached": reached, "met": isReached ? "yes" : "no"]
        }
        return [
            "name": row.name, "rates": measured.rates, "other_rates": measured.opponentRates, "p50_us": measured.p50,
            "p99_us": measured.p99, "p999_us": measured.p999, "other_p99_us": measured.opponentP99,
            "reckoning_p99_us": measured.reckoningP99,
            "cpu_us": measured.processorTime, "database_cpu_us": measured.databaseTime, "requirements": requirements,
        ]
    }
}
