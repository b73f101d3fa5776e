internal import Glibc

/// Sends a signal to a process. After SIGSTOP it returns when all threads of the process stand: a thread on another
/// processor runs on until it is told, and might answer once more.
/// - Returns: Whether there is such a process.
@discardableResult
public func sendSignal(_ signal: CInt, to process: Int32) -> Bool {
    guard kill(process, signal) == 0 else { return false }
    if signal == SIGSTOP { eventually(within: 5) { stands(process) } }
    return true
}

/// Whether all threads are stopped: state `T` in proc(5)'s `stat`, behind the name in parentheses.
private func stands(_ process: Int32) -> Bool {
    threads(of: process).allSatisfy { thread in
        let line = contents(of: "/proc/\(process)/task/\(thread)/stat")
        return line.isEmpty || line.split(separator: ")").last?.split(separator: " ").first == "T"
    }
}

private func threads(of process: Int32) -> [Int32] {
    guard let directory = opendir("/proc/\(process)/task") else { return [] }
    defer { closedir(directory) }
    var threads: [Int32] = []
    while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if let thread = Int32(name) { threads.append(thread) }
    }
    return threads
}
