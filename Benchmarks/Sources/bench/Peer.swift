import Foundation

/// Another policy server or rewriter, started with a configuration of ours on a port of this host.
struct Peer {
    var name: String
    var path: String
    /// Its arguments; may write files into the directory.
    var arguments: (_ port: Int, _ directory: URL) throws -> [String]
    /// What it is asked.
    var load: Load
    var isFresh = false
    /// It goes into the background, and writes its process id to `pid` in its directory.
    var isDaemon = false

    var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

    /// Starts it and waits until it takes connections; nil: it does not.
    func start(_ installation: Installation) throws -> Running? {
        let directory = installation.scratch.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        chmod(directory.path, 0o777)
        let port = try LoopbackSocket.unusedPort()
        let program = try Program(path, try arguments(port, directory), log: installation.log(name))
        let running = Running(
            port: port, program: program, pidFile: isDaemon ? directory.appendingPathComponent("pid") : nil)
        let isUp = try? waiting(for: name, seconds: 10, pause: 0.1) { () -> Bool? in
            guard isDaemon || program.isRunning else { return false }
            guard let connection = try? LoopbackSocket(port: port) else { return nil }
            connection.close()
            return true
        }
        guard isUp == true else {
            running.stop()
            return nil
        }
        return running
    }

    /// A peer that takes connections.
    struct Running {
        let port: Int
        fileprivate let program: Program
        /// Written by one that leaves the process that was started.
        fileprivate let pidFile: URL?

        /// The process that takes connections.
        var process: Int32 {
            guard let pidFile else { return program.pid }
            let text = try? String(contentsOf: pidFile, encoding: .utf8)
            return text.flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? program.pid
        }

        func stop() {
            if pidFile != nil, process != program.pid { kill(process, SIGTERM) }
            program.stop()
        }
    }

    /// The other SRS server for Postfix, in its version 1.
    static var postsrsd: Peer {
        Peer(
            name: "postsrsd", path: "/usr/sbin/postsrsd",
            arguments: { port, directory in
                let secret = directory.appendingPathComponent("secret")
                try Data("a secret for the benchmark only\n".utf8).write(to: secret)
                let reverse = try LoopbackSocket.unusedPort()
                return [
                    "-s\(secret.path)", "-dsrs.example.com", "-Xexample.com", "-4", "-l127.0.0.1", "-f\(port)",
                    "-r\(reverse)",
                ]
            },
            load: Rows.forward)
    }

    /// Policy servers that do a part of what the suite does.
    static var policyServers: [Peer] { [postgrey, postfwd, mtpolicyd] }

    private static var postgrey: Peer {
        Peer(
            name: "postgrey", path: "/usr/sbin/postgrey",
            arguments: { port, directory in
                [
                    "--inet=127.0.0.1:\(port)", "--dbdir=\(directory.path)", "--user=nobody", "--group=nogroup",
                    "--delay=1",
                    "--greylist-text=\(Rows.refusal)",
                ]
            },
            load: Load(kind: .client, expected: ["DEFER_IF_PERMIT", "DUNNO", "PREPEND"]), isFresh: true)
    }

    /// One rule that matches nothing.
    private static var postfwd: Peer {
        Peer(
            name: "postfwd", path: "/usr/sbin/postfwd1",
            arguments: { port, directory in
                let rules = directory.appendingPathComponent("rules")
                try Data("id=NOBODY; sasl_username==nobody@example.com; action=REJECT\n".utf8).write(to: rules)
                return [
                    "--daemon", "--interface=127.0.0.1", "--port=\(port)", "--file=\(rules.path)", "--user=nobody",
                    "--group=nogroup", "--nodns", "--pidfile=\(directory.path)/pid",
                ]
            },
            load: Load(kind: .client, expected: ["DUNNO"]), isFresh: true, isDaemon: true)
    }

    /// One fixed answer.
    private static var mtpolicyd: Peer {
        Peer(
            name: "mtpolicyd", path: "/usr/bin/mtpolicyd",
            arguments: { port, directory in
                let file = directory.appendingPathComponent("mtpolicyd.conf")
                let text = """
                    user=nobody
                    group=nogroup
                    pid_file=\(directory.path)/pid
                    log_level=0
                    host=127.0.0.1
                    port="127.0.0.1:\(port)"
                    min_servers=70
                    max_servers=80
                    keepalive_timeout=60
                    max_keepalive=0
                    <VirtualHost \(port)>
                        name="bench"
                        <Plugin answer>
                            module="Action"
                            action="DUNNO"
                        </Plugin>
                    </VirtualHost>
                    """
                try Data((text + "\n").utf8).write(to: file)
                return ["-f", "-c", file.path]
            },
            load: Load(kind: .client, expected: ["DUNNO", "dunno"]), isFresh: true)
    }
}
