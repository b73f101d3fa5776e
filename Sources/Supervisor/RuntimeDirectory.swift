internal import Glibc

/// The directory with the `NAME.pid` file of each running service.
struct RuntimeDirectory {
    let path: String

    /// Makes the directory, with those above it, if it is missing.
    init(path: String) throws(SupervisorError) {
        self.path = path
        try Self.make(path, mode: 0o755)
    }

    /// Writes the process id of a service; whoever reads the file never sees half of it.
    func write(process: Int32, of service: String) throws(SupervisorError) {
        let temporary = file(of: service) + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw .system(attempt: "write \(temporary)", code: errno) }
        let text = Array("\(process)\n".utf8)
        let isComplete = Glibc.write(descriptor, text, text.count) == text.count
        close(descriptor)
        guard isComplete, rename(temporary, file(of: service)) == 0 else {
            throw .system(attempt: "write \(file(of: service))", code: errno)
        }
    }

    /// Removes the file of a service, if there is one.
    func remove(service: String) { unlink(file(of: service)) }

    private func file(of service: String) -> String { "\(path)/\(service).pid" }

    /// Makes the directories a file needs.
    static func make(parentOf path: String, mode: UInt32) throws(SupervisorError) {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return }
        try make(String(path[..<slash]), mode: mode)
    }

    private static func make(_ path: String, mode: UInt32) throws(SupervisorError) {
        if access(path, F_OK) == 0 { return }
        try make(parentOf: path, mode: 0o755)
        guard mkdir(path, mode) == 0 else {
            if errno == EEXIST { return }
            throw .system(attempt: "make the directory \(path)", code: errno)
        }
        // The umask is for files that nobody thought about.
        chmod(path, mode)
    }
}
