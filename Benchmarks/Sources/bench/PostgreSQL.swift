import Foundation

/// A PostgreSQL server of our own with its shipped durability, on a Unix socket only.
final class PostgreSQL {
    let directory: URL
    private let programs: URL
    private let account: String?

    /// Where Debian keeps the newest server's programs; nil: it is not installed.
    static func installedPrograms() -> URL? {
        let root = URL(fileURLWithPath: "/usr/lib/postgresql")
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        guard let newest = versions.compactMap(Int.init).max() else { return nil }
        return root.appendingPathComponent("\(newest)/bin")
    }

    /// Makes a cluster in `directory` and starts its server.
    init(programs: URL, directory: URL) throws {
        self.programs = programs
        self.directory = directory
        // The server refuses to run as root.
        account = getuid() == 0 ? "postgres" : nil
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        if let account, let entry = getpwnam(account) {
            chown(directory.path, entry.pointee.pw_uid, entry.pointee.pw_gid)
        }
        try run("initdb", ["-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"])
        let settings = "-k \(directory.path) -c listen_addresses='' -c unix_socket_permissions=0777"
        try run("pg_ctl", ["-D", data, "-w", "-s", "-l", directory.path + "/log", "-o", settings, "start"])
    }

    func stop() {
        try? run("pg_ctl", ["-D", data, "-m", "fast", "-w", "-s", "stop"])
    }

    /// Makes a database.
    func create(_ database: String) throws {
        try run("createdb", ["-h", directory.path, "-U", "postgres", database])
    }

    /// Executes statements in a database.
    func execute(_ statements: String, in database: String) throws {
        let arguments = ["-h", directory.path, "-U", "postgres", "-d", database, "-q", "-v", "ON_ERROR_STOP=1"]
        try run("psql", arguments + ["-c", statements])
    }

    /// The server and its connections.
    var processes: [Int32] {
        let text = try? String(contentsOfFile: data + "/postmaster.pid", encoding: .utf8)
        guard let first = text?.split(separator: "\n").first, let pid = Int32(first) else { return [] }
        return [pid] + ProcessFigures.children(of: pid)
    }

    private var data: String { directory.path + "/data" }

    private func run(_ name: String, _ arguments: [String]) throws {
        let path = programs.appendingPathComponent(name).path
        if let account {
            _ = try Program.output("/usr/sbin/runuser", ["-u", account, "--", path] + arguments)
        } else {
            _ = try Program.output(path, arguments)
        }
    }
}
