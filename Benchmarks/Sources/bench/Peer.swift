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

    var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

    /// Starts it and waits until it takes connections; nil: it does not.
    func start(_ installation: Installation) throws -> (program: Program, port: Int)? {
        let directory = installation.scratch.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let port = try LoopbackSocket.unusedPort()
        let program = try Program(path, try arguments(port, directory), log: installation.log(name))
        let isUp = try? waiting(for: name, seconds: 10, pause: 0.1) { () -> Bool? in
            guard program.isRunning else { return false }
            guard let connection = try? LoopbackSocket(port: port) else { return nil }
            connection.close()
            return true
        }
        guard isUp == true else {
            program.stop()
            return nil
        }
        return (program, port)
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
                chmod(directory.path, 0o777)
                return [
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
            name: "postfwd", path: "/usr/sbin/postfwd",
            arguments: { port, directory in
                let rules = directory.appendingPathComponent("rules")
                try Data("id=NOBODY; sasl_username==nobody@example.com; action=REJECT\n".utf8).write(to: rules)
                return [
                    "--nodaemon", "--interface=127.0.0.1", "--port=\(port)", "--file=\(rules.path)", "--user=nobody",
                    "--group=nogroup", "--nodns",
                ]
            },
            load: Load(kind: .client, expected: ["DUNNO"]), isFresh: true)
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
                    host=127.0.0.1:\(port)
                    min_servers=4
                    max_servers=25
                    <Port \(port)>
                      <VirtualHost \(port)>
                        name="bench"
                        <Plugin answer>
                          module="Action"
                          action="DUNNO"
                        </Plugin>
                      </VirtualHost>
                    </Port>
                    """
                try Data((text + "\n").utf8).write(to: file)
                return ["-f", "-c", file.path]
            },
            load: Load(kind: .client, expected: ["DUNNO", "dunno"]), isFresh: true)
    }
}
