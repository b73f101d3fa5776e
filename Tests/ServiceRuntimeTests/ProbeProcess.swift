import CPosternSupport
import Glibc

/// A directory that goes away with the test.
final class TemporaryDirectory {
    let path: String

    init() {
        var template = Array("/tmp/postern-test-XXXXXX".utf8CString)
        path = mkdtemp(&template).map { String(cString: $0) } ?? "/nonexistent"
    }

    func text(of file: String) -> String { TemporaryDirectory.text(at: "\(path)/\(file)") }

    static func text(at path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }

    deinit { Self.remove(path) }

    private static func remove(_ path: String) {
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != "." && name != ".." { remove("\(path)/\(name)") }
            }
            closedir(directory)
        }
        if unlink(path) != 0 { rmdir(path) }
    }
}

/// The test's own service in a process of its own; killed with the object.
final class ProbeProcess {
    let process: pid_t
    private var status: Int32?

    /// Nil if it could not be started.
    init?(_ arguments: [String], descriptors: [Int32] = [], names: String = "", environment: [String: String] = [:]) {
        var process: pid_t = 0
        let path = Self.path
        var given = ([path] + arguments).map { strdup($0) }
        given.append(nil)
        var variables = environment.map { strdup("\($0.key)=\($0.value)") }
        if variables.isEmpty { variables = Self.inherited() }
        variables.append(nil)
        defer { for text in given + variables { free(text) } }
        guard postern_spawn(path, given, variables, descriptors, descriptors.count, names, 0, &process) == 0 else {
            return nil
        }
        self.process = process
    }

    private static func inherited() -> [UnsafeMutablePointer<CChar>?] {
        var variables: [UnsafeMutablePointer<CChar>?] = []
        var next = environ
        while let entry = next.pointee {
            variables.append(strdup(entry))
            next += 1
        }
        return variables
    }

    deinit {
        guard status == nil else { return }
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
    }

    /// Built beside the tests.
    static var path: String {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let own = String(decoding: buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let directory = own.lastIndex(of: "/").map { String(own[..<$0]) } ?? "."
        return directory + "/SupervisorProbe"
    }

    func send(_ signal: Int32) { kill(process, signal) }

    /// The status of waitpid(2) when it has ended.
    func ended(within milliseconds: Int = 10_000) -> Int32? {
        _ = eventually(within: milliseconds) { self.poll() }
        return status
    }

    private func poll() -> Bool {
        var result: Int32 = 0
        if status == nil && waitpid(process, &result, WNOHANG) == process { status = result }
        return status != nil
    }
}

/// Looks until something is so; false: it was not so in time.
func eventually(within milliseconds: Int = 10_000, _ condition: () -> Bool) -> Bool {
    let deadline = postern_monotonic_ms() + Int64(milliseconds)
    while !condition() {
        if postern_monotonic_ms() > deadline { return false }
        usleep(2_000)
    }
    return true
}
