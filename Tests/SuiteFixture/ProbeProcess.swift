internal import CPosternSupport
internal import Glibc

/// `SupervisorProbe` in a process of its own; killed with the object.
public final class ProbeProcess {
    /// Its id.
    public let process: Int32
    private var status: Int32?

    /// Nil if it could not be started.
    public init?(
        _ arguments: [String], descriptors: [Int32] = [], names: String = "", environment: [String: String] = [:]
    ) {
        var process: Int32 = 0
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

    /// Sends it a signal.
    public func send(_ signal: Int32) { kill(process, signal) }

    /// The status of waitpid(2) when it has ended.
    public func ended(within seconds: Double = 10) -> Int32? {
        _ = eventually(within: seconds) { self.poll() }
        return status
    }

    private func poll() -> Bool {
        var result: Int32 = 0
        if status == nil && waitpid(process, &result, WNOHANG) == process { status = result }
        return status != nil
    }
}
