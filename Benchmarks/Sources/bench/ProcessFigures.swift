import Foundation

/// What the kernel says of running processes.
enum ProcessFigures {
    /// Processor time of the processes so far, in microseconds: user and system, from proc(5) `stat`.
    static func processorTime(_ pids: [Int32]) -> Double {
        pids.reduce(0) { $0 + (ticks($1) ?? 0) } * 1_000_000 / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func ticks(_ pid: Int32) -> Double? {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        // Behind the name: state is field 3, utime 14, stime 15.
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return nil }
        return user + system
    }

    /// Proportional share of memory in KiB, from proc(5) `smaps_rollup`.
    static func memory(_ pids: [Int32]) -> Int {
        pids.reduce(0) { $0 + (memory(of: $1) ?? 0) }
    }

    private static func memory(of pid: Int32) -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/smaps_rollup", encoding: .utf8) else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix("Pss:") {
            return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        }
        return nil
    }

    /// The children of a process, such as a database's connections.
    static func children(of pid: Int32) -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.filter { parent(of: $0) == pid }
    }

    private static func parent(of pid: Int32) -> Int32? {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        return fields.count > 1 ? Int32(fields[1]) : nil
    }
}
