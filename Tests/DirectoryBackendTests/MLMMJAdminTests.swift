import Directory
import DirectoryCases
import Glibc
import PostfixProtocol
import ServiceProtocol
import SuiteFixture
import Testing

/// Users who may send as a mailing list that they have subscribed to, as a web service tells.
@Suite(.serialized) struct MLMMJAdminTests {
    /// Knows one subscriber; some lists are of their own mind.
    private static let script = """
        import http.server, sys, time, urllib.parse
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if self.headers.get('X-Token') != 'open-sesame':
                    self.send_error(403)
                    return
                parts = [urllib.parse.unquote(p) for p in self.path.split('/')]
                if parts[2].startswith('quiet'):
                    time.sleep(5)
                if parts[2].startswith('talk') and parts[3:] == ['has_subscriber', 'ida@green.test']:
                    body = b'{"_success": true}'
                elif parts[2].startswith('all'):
                    body = b'[{"_success": true}]'
                else:
                    body = b'{"_success": false, "_msg": "\\\\"_success\\\\": true"}'
                self.send_response(200)
                self.end_headers()
                self.wfile.write(body)
            def log_message(self, *words):
                pass
        http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
        """

    private final class Server: Sendable {
        let port = Socket.freePort()
        let process: pid_t

        init(_ directory: TemporaryDirectory) throws {
            let file = try directory.write(script, to: "mlmmjadmin.py")
            process = try Command.start(
                "/usr/bin/python3", [file, "\(port)"], environment: [:], log: "\(directory.path)/mlmmjadmin.log")
            let port = port
            guard eventually(within: 20, { Socket(.tcp(port)) != nil }) else {
                throw FixtureError("the web service did not start: \(contents(of: "\(directory.path)/mlmmjadmin.log"))")
            }
        }

        deinit {
            kill(process, SIGKILL)
            _ = Command.wait(for: process)
        }
    }

    private static func item(_ list: String, _ user: String) -> DirectoryCase {
        DirectoryCase(
            "sender-login", list,
            [
                .protocolState: "RCPT", .sender: "\(list)@green.test", .recipient: "x@far.test", .saslUsername: user,
                .clientAddress: "203.0.113.7",
            ], "")
    }

    private static func service(
        _ site: TestDirectory, port: Int, token: String = "open-sesame", log: LogLines = LogLines()
    ) throws -> DirectoryService {
        let file = try site.directory.write(token, to: "token", mode: 0o600)
        return try site.service(
            """
            sender-login: { allow-list-members: true }
              mlmmjadmin: { endpoint: "http://127.0.0.1:\(port)/api/", token-file: \(file), token-header: X-Token, timeout: 1s }
            """, log: log.logger())
    }

    private static let mismatch = "REJECT Sender is not same as SMTP authenticate username"

    @Test func subscribers() throws {
        let site = try TestDirectory(.sqlite)
        let server = try Server(site.directory)
        let service = try Self.service(site, port: server.port)
        defer { service.stop() }
        #expect(try Self.item("talk", "ida@green.test").verdict(of: service) == "none")
        #expect(try Self.item("talk", "kim@green.test").verdict(of: service) == Self.mismatch)
        // It must be an object that says so, not a text in one.
        #expect(try Self.item("all", "ida@green.test").verdict(of: service) == Self.mismatch)
        #expect(try Self.item("news", "ida@green.test").verdict(of: service) == Self.mismatch)
    }

    /// What fails counts as no, in time, and is logged once, without the token.
    @Test func whatFailsCountsAsNo() throws {
        let site = try TestDirectory(.sqlite)
        let server = try Server(site.directory)
        let log = LogLines()
        let service = try Self.service(site, port: server.port, log: log)
        defer { service.stop() }
        let before = MonotonicInstant.now
        #expect(try Self.item("quiet", "ida@green.test").verdict(of: service) == Self.mismatch)
        #expect(MonotonicInstant.now.microseconds(since: before) < 4_500_000)
        #expect(log.all.contains { $0.contains("error: mlmmjadmin: cannot be asked") }, "\(log.all)")
        #expect(try Self.item("talk", "ida@green.test").verdict(of: service) == "none")
        #expect(log.all.contains { $0.contains("notice: mlmmjadmin: answers again") })
        let refused = LogLines()
        let other = try Self.service(site, port: server.port, token: "wrong-token", log: refused)
        defer { other.stop() }
        #expect(try Self.item("talk", "ida@green.test").verdict(of: other) == Self.mismatch)
        #expect(refused.all.contains { $0.contains("status 403") })
        #expect(!refused.all.joined().contains("wrong-token"))
    }
}
