internal import Glibc
internal import SQLStore

/// Runs postconf(1) and postmap(1): a program, its input, its output, an end. Blocks; for a thread of its own.
struct PostfixCommand: Sendable {
    let configuration: PostfixMapsConfiguration

    /// The most that is read of a program's output, in bytes.
    private static let longestOutput = 64 << 20

    /// The output of a program.
    /// - Throws: What it says on standard error, `.timeout` when it takes too long, `.unavailable` when it cannot run.
    func run(_ name: String, _ arguments: [String], input: String = "") throws(SQLError) -> String {
        var ends: [Int32] = []
        defer { for descriptor in ends where descriptor >= 0 { close(descriptor) } }
        // Sockets, so that writing to a program that has ended is an error and not a signal.
        var toChild: [Int32] = [-1, -1], output: [Int32] = [-1, -1], errors: [Int32] = [-1, -1]
        let cloexec = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let isReady =
            socketpair(AF_UNIX, cloexec, 0, &toChild) == 0 && socketpair(AF_UNIX, cloexec, 0, &output) == 0
            && socketpair(AF_UNIX, cloexec, 0, &errors) == 0
        ends = toChild + output + errors
        guard isReady else { throw SQLError(.unavailable, "no socket, error \(errno)") }
        let child = try spawn(name, arguments, input: toChild[1], output: output[1], errors: errors[1])
        for (index, descriptor) in [(1, toChild[1]), (3, output[1]), (5, errors[1])] {
            close(descriptor)
            ends[index] = -1
        }
        var exchange = Exchange(
            input: Array(input.utf8), stdin: toChild[0], stdout: output[0], stderr: errors[0],
            limit: Self.longestOutput)
        let limit = configuration.timeout + coolingTime(arguments)
        let isDone = exchange.run(milliseconds: limit)
        if exchange.isInputClosed { ends[0] = -1 }
        if !isDone { kill(child, SIGKILL) }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        guard isDone else { throw SQLError(.timeout, "\(name) took longer than \(limit) ms") }
        guard exchange.errors.isEmpty else {
            let words = String(decoding: exchange.errors.prefix(400), as: UTF8.self)
            throw SQLError(.other, words.split(whereSeparator: \.isNewline).joined(separator: "; "))
        }
        return String(decoding: exchange.output, as: UTF8.self)
    }

    /// Postfix's programs wait until nobody has written to main.cf, or to a table in text, for more than a second, lest
    /// they read half of it; so long they are not to blame. In milliseconds.
    private func coolingTime(_ arguments: [String]) -> Int {
        let tables = arguments.compactMap { $0.firstIndex(of: ":").map($0.suffix(from:)) }.map { $0.dropFirst() }
        let files = ["\(configuration.configDirectory)/main.cf"] + tables.map(String.init)
        let isHot = files.contains { file in
            var status = stat()
            return stat(file, &status) == 0 && abs(time(nil) - status.st_mtim.tv_sec) <= 2
        }
        return isHot ? 2_500 : 0
    }

    private func spawn(
        _ name: String, _ arguments: [String], input: Int32, output: Int32, errors: Int32
    ) throws(SQLError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (descriptor, place) in [(input, 0), (output, 1), (errors, 2)] as [(Int32, Int32)] {
            posix_spawn_file_actions_adddup2(&actions, descriptor, place)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The threads of stores take no signals; the program must.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let path = "\(configuration.commandDirectory)/\(name)"
        var words = ([path, "-c", configuration.configDirectory] + arguments).map { strdup($0) } + [nil]
        var environment = [strdup("PATH=/usr/sbin:/usr/bin:/sbin:/bin"), strdup("LC_ALL=C"), nil]
        defer { for pointer in words + environment { free(pointer) } }
        var child: pid_t = 0
        let result = posix_spawn(&child, path, &actions, &attributes, &words, &environment)
        guard result == 0 else { throw SQLError(.unavailable, "\(path) cannot be run, error \(result)") }
        return child
    }
}

/// What goes into a program and comes out of it.
private struct Exchange {
    var input: [UInt8]
    let stdin: Int32
    let stdout: Int32
    let stderr: Int32
    let limit: Int

    private(set) var output: [UInt8] = []
    private(set) var errors: [UInt8] = []
    private(set) var isInputClosed = false
    private var sent = 0
    private var openOutputs = 2

    init(input: [UInt8], stdin: Int32, stdout: Int32, stderr: Int32, limit: Int) {
        self.input = input
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self.limit = limit
    }

    /// Carries on until the program has closed both its outputs.
    /// - Returns: False when time is up or too much came.
    mutating func run(milliseconds: Int) -> Bool {
        let end = now() &+ milliseconds
        var isOutOpen = true, isErrorOpen = true
        closeInputWhenSent()
        while isOutOpen || isErrorOpen {
            let left = end &- now()
            guard left > 0, output.count < limit else { return false }
            var entries = [
                pollfd(fd: isOutOpen ? stdout : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isErrorOpen ? stderr : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isInputClosed ? -1 : stdin, events: Int16(POLLOUT), revents: 0),
            ]
            let count = poll(&entries, 3, Int32(clamping: left))
            guard count > 0 else {
                if count < 0, errno == EINTR { continue }
                return false
            }
            if entries[0].revents != 0 { isOutOpen = read(stdout, into: &output) }
            if entries[1].revents != 0 { isErrorOpen = read(stderr, into: &errors) }
            if entries[2].revents != 0 { write() }
        }
        return true
    }

    private mutating func write() {
        let count = input[sent...].withUnsafeBytes { bytes in
            send(stdin, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
        if count > 0 {
            sent += count
        } else if errno != EAGAIN, errno != EINTR {
            // It reads no more; what it has to say comes on its outputs.
            sent = input.count
        }
        closeInputWhenSent()
    }

    private mutating func closeInputWhenSent() {
        guard sent >= input.count, !isInputClosed else { return }
        isInputClosed = true
        close(stdin)
    }

    private func read(_ descriptor: Int32, into bytes: inout [UInt8]) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        if count > 0 { bytes += buffer[..<count] }
        return count > 0 || (count < 0 && errno == EINTR)
    }

    private func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int(time.tv_sec) * 1_000 + Int(time.tv_nsec) / 1_000_000
    }
}
