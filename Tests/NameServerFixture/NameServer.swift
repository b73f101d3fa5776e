internal import Glibc
public import SuiteFixture

/// A DNS server (unbound) on the loopback address, which is the authority for everything its zone holds, and fails where
/// it is told to.
///
/// Below `refused.test` it refuses, below `timeout.test` it is silent, below `nodata.test` all names exist without
/// records, below `servfail.test` it fails.
public final class NameServer: FixtureServer {
    /// The directory of its zones.
    public let directory: TemporaryDirectory
    /// Its process.
    public let process: ServerProcess
    /// Its port on 127.0.0.1.
    public let port: Int

    /// Its address, as the configuration has it.
    public var address: String { "127.0.0.1:\(port)" }

    /// Starts a server with these lines in its root zone: `NAME [TTL] TYPE VALUE`.
    public init(zone: String, port: Int = Socket.freePort()) throws {
        self.port = port
        directory = try TemporaryDirectory()
        let path = directory.path
        try directory.write("", to: "empty.zone")
        let configuration = try directory.write(Self.configuration(path, port: port), to: "unbound.conf")
        process = ServerProcess(
            command: ["/usr/sbin/unbound", "-d", "-c", configuration], log: "\(path)/log", pidFile: "\(path)/pid")
        try write(zone)
        try start()
    }

    private static func configuration(_ path: String, port: Int) -> String {
        """
        server:
          interface: 127.0.0.1
          port: \(port)
          directory: "\(path)"
          chroot: ""
          username: ""
          use-syslog: no
          logfile: ""
          do-daemonize: no
          pidfile: "\(path)/pid"
          num-threads: 1
          outgoing-range: 64
          so-rcvbuf: 0
          module-config: "iterator"
          do-not-query-localhost: no
          local-zone: "refused.test." always_refuse
          local-zone: "timeout.test." always_deny
          local-zone: "nodata.test." always_nodata
          local-zone: "test." transparent
          local-zone: "invalid." transparent
          local-zone: "in-addr.arpa." nodefault
          local-zone: "2.0.192.in-addr.arpa." transparent
          local-zone: "100.51.198.in-addr.arpa." transparent
          local-zone: "113.0.203.in-addr.arpa." transparent
          local-zone: "8.b.d.0.1.0.0.2.ip6.arpa." transparent
        auth-zone:
          name: "."
          zonefile: "\(path)/root.zone"
          for-downstream: yes
          for-upstream: yes
        auth-zone:
          name: "servfail.test."
          zonefile: "\(path)/empty.zone"
          for-downstream: yes
          for-upstream: yes
        remote-control:
          control-enable: no
        """
    }

    private func write(_ zone: String) throws {
        try directory.write(
            """
            $TTL 60
            . IN SOA ns.test. hostmaster.test. 1 3600 600 86400 5
            . IN NS ns.test.
            ns.test. IN A 127.0.0.1
            \(zone)

            """, to: "root.zone")
    }

    /// What it is called.
    public static let title = "unbound"

    /// Its TCP port is there when it has read its zone.
    public func tryIt() throws {
        guard Socket(.tcp(port)) != nil else { throw FixtureError("port \(port) does not answer") }
    }

    /// Starts it again with another zone.
    public func serve(_ zone: String) throws {
        kill()
        try write(zone)
        try start()
    }
}
