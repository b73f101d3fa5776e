import Glibc
import SuiteFixture

/// A Postfix of its own: its queue, data, configuration and ports are nobody else's.
final class PostfixInstance: Sendable {
    /// Where mail comes in.
    let port = Socket.freePort()
    /// Where a content filter gives mail back; its restrictions do not ask the suite.
    let reinjectionPort = Socket.freePort()
    /// Where the Dovecot stub is expected.
    var authSocket: String { "\(directory)/auth" }
    /// What it says.
    var maillog: String { contents(of: "\(directory)/maillog") }
    /// Its configuration directory.
    var configuration: String { "\(directory)/etc" }
    private let directory: String

    /// Configures and starts it below `directory`.
    init(in directory: TemporaryDirectory, wiring: PostfixWiring) throws {
        self.directory = "\(directory.path)/postfix"
        for name in ["", "/etc", "/spool", "/data"] { mkdir(self.directory + name, 0o755) }
        guard let owner = getpwnam("postfix") else {
            throw FixtureError("Postfix is missing; scripts/install-packages test installs it")
        }
        chown("\(self.directory)/data", owner.pointee.pw_uid, owner.pointee.pw_gid)
        let main = wiring.main(directory: self.directory, authSocket: authSocket)
        try directory.write(main, to: "postfix/etc/main.cf")
        try directory.write(
            wiring.master(port: port, reinjectionPort: reinjectionPort), to: "postfix/etc/master.cf")
        try control("start")
        let port = port
        guard eventually(within: 20, { Socket(.tcp(port)) != nil }) else {
            throw FixtureError("Postfix did not start:\n\(maillog)")
        }
    }

    deinit { stop() }

    /// Ends it. Its files go with the directory it was made in.
    func stop() {
        guard access("\(directory)/spool/pid/master.pid", F_OK) == 0 else { return }
        try? control("stop")
        unlink("\(directory)/spool/pid/master.pid")
    }

    /// The master daemon keeps the output it was started with, so that goes to a file: a pipe would never end.
    private func control(_ command: String) throws {
        let output = "\(directory)/output"
        let child = try Command.start("/usr/sbin/postfix", ["-c", configuration, command], log: output)
        guard Command.wait(for: child) == 0 else {
            throw FixtureError("postfix \(command): \(contents(of: output))\(maillog)")
        }
    }

    /// Looks a key up as an administrator does; the value comes without its newline.
    func postmap(_ key: String, in table: String) -> (status: Int32, value: String) {
        let outcome = Command.run("/usr/sbin/postmap", ["-c", configuration, "-q", key, table])
        return (outcome.status, String(outcome.output.drop { $0.isNewline }.prefix { !$0.isNewline }))
    }
}
