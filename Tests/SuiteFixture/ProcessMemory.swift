public import Glibc

/// What a process takes.
public enum ProcessMemory {
    /// The proportional set size in KiB: pages of its own, and its share of others; the resident set when the kernel
    /// does not tell. Nil when there is no such process.
    public static func kibibytes(of process: pid_t) -> Int? {
        field("Pss", in: "/proc/\(process)/smaps_rollup") ?? field("VmRSS", in: "/proc/\(process)/status")
    }

    private static func field(_ name: String, in path: String) -> Int? {
        let line = contents(of: path).split(separator: "\n").first { $0.hasPrefix("\(name):") }
        return line.flatMap { Int($0.filter(\.isNumber)) }
    }
}
