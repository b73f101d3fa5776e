internal import Glibc

/// What a process takes.
public enum ProcessMemory {
    /// The proportional set size in KiB: pages of its own, and its share of others; the resident set when the kernel
    /// does not tell. Nil when there is no such process.
    public static func kibibytes(of process: Int32) -> Int? {
        field("Pss", in: "/proc/\(process)/smaps_rollup") ?? field("VmRSS", in: "/proc/\(process)/status")
    }

    /// Whether a process is there and takes at most so many KiB more than before. Under a sanitizer, which keeps what is
    /// freed, only whether it is there.
    public static func hasStayed(_ process: Int32, within bound: Int, above before: Int) -> Bool {
        guard let now = kibibytes(of: process) else { return false }
        let isSanitized = getenv("ASAN_OPTIONS") != nil || getenv("TSAN_OPTIONS") != nil
        return isSanitized || now - before < bound
    }

    /// The seconds it has been on a processor, in the kernel too.
    public static func processorTime(of process: Int32) -> Double {
        // Behind the name in parentheses, which may hold anything; in hundredths of a second (proc(5), `stat`).
        let fields = contents(of: "/proc/\(process)/stat").split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let kernel = Double(fields[12]) else { return 0 }
        return (user + kernel) / 100
    }

    private static func field(_ name: String, in path: String) -> Int? {
        let line = contents(of: path).split(separator: "\n").first { $0.hasPrefix("\(name):") }
        return line.flatMap { Int($0.filter(\.isNumber)) }
    }
}
