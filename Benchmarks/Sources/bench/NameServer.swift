import Foundation

/// A DNS server (unbound) on loopback that is the authority for the domains of the load generator.
final class NameServer {
    static let program = URL(fileURLWithPath: "/usr/sbin/unbound")
    let port: Int
    private let running: Program

    /// Senders are at `example.net`, whose record takes two look-ups, and HELO names are below it: their record takes
    /// five, none of which was asked for before.
    private static let zone = """
        $TTL 3600
        . IN SOA ns.test. hostmaster.test. 1 3600 600 86400 3600
        . IN NS ns.test.
        ns.test. IN A 127.0.0.1
        example.net. IN TXT "v=spf1 include:_spf.example.net ?all"
        _spf.example.net. IN TXT "v=spf1 ip4:32.0.0.0/3 ip4:64.0.0.0/3 -all"
        *.example.net. IN TXT "v=spf1 a:a.%{h} a:b.%{h} a:c.%{h} a:d.%{h} ?all"
        *.example.net. IN A 192.0.2.1

        """

    init(_ directory: URL, log: URL) throws {
        port = try LoopbackSocket.unusedPort()
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let configuration = directory.appendingPathComponent("unbound.conf")
        try Data(Self.zone.utf8).write(to: directory.appendingPathComponent("root.zone"))
        try Data(Self.configuration(directory.path, port: port).utf8).write(to: configuration)
        running = try Program(Self.program.path, ["-d", "-p", "-c", configuration.path], log: log)
        let port = port
        do {
            _ = try waiting(for: "the name server") { () -> Bool? in
                guard let connection = try? LoopbackSocket(port: port) else { return nil }
                connection.close()
                return true
            }
        } catch {
            running.stop()
            throw error
        }
    }

    func stop() { running.stop() }

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
          num-threads: 1
          module-config: "iterator"
        auth-zone:
          name: "."
          zonefile: "\(path)/root.zone"
          for-downstream: yes
          for-upstream: yes
        remote-control:
          control-enable: no

        """
    }
}
