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

    private static func field(_ name: String, in path: String) -> Int? {
        let line = contents(of: path).split(separator: "\n").first { $0.hasPrefix("\(name):") }
        return line.flatMap { Int($0.filter(\.isNumber)) }
    }
}
