import Glibc
import SuiteFixture
import Testing

/// Beside postsrsd 1.10, with the same secret: what one rewrites the other reverses.
@Suite(.serialized) struct PostsrsdTests {
    private static let secret = "the secret of both"

    /// A postsrsd of its own.
    private final class Postsrsd {
        let forward = Socket.freePort()
        let reverse = Socket.freePort()
        private let directory: TemporaryDirectory
        private let process: pid_t

        init(domain: String, secret: String, options: [String] = []) throws {
            directory = try TemporaryDirectory()
            let file = try directory.write(secret + "\n", to: "secret", mode: 0o600)
            process = try Command.start(
                "/usr/sbin/postsrsd",
                ["-4", "-s\(file)", "-d\(domain)", "-l127.0.0.1", "-f\(forward)", "-r\(reverse)"] + options,
                log: "\(directory.path)/log")
            let ports = [forward, reverse]
            guard eventually(within: 20, { ports.allSatisfy { Socket(.tcp($0)) != nil } }) else {
                throw FixtureError("postsrsd did not start: \(contents(of: "\(directory.path)/log"))")
            }
        }

        deinit {
            kill(process, SIGTERM)
            _ = Command.wait(for: process)
        }
    }

    private static func suite(_ more: String = "", secrets: TemporaryDirectory) throws -> Suite {
        let file = try secrets.write("\(secret)\n", to: "secret", mode: 0o600)
        let suite = try Suite(services: "srs: { domain: srs.test, secret-file: \(file)\(more) }\n")
        guard suite.postern(["status", "srs"]).status == 0 else { throw FixtureError(suite.log) }
        return suite
    }

    /// The value of a key in a tcp_table; nil when there is none.
    private static func look(_ port: Int, _ key: String) throws -> String? {
        let table = try #require(Socket(.tcp(port), timeout: 10))
        table.send("get \(key)\n")
        let line = try #require(table.receive(through: "\n")).dropLast()
        return line.hasPrefix("200 ") ? String(line.dropFirst(4)) : nil
    }

    private static let senders = [
        "anna@example.net", "Anna.Person@Example.NET", "a+b@example.net", "a=b=c@example.net", "a-b@sub.example.net",
        "o'neill@example.net", "SRS0=abcd=EF=example.org=x@hop.example", "SRS0+abcd=EF=example.org=x@hop.example",
        "SRS1=abcd=hop.example==efgh=EF=example.org=x@hop2.example",
    ]

    @Test(arguments: [("", [String]()), (", hash-length: 8", ["-n8", "-N8"]), ("", ["-a+"]), ("", ["-a-"])])
    func eachReversesTheOther(more: String, options: [String]) throws {
        let secrets = try TemporaryDirectory()
        let suite = try Self.suite(more, secrets: secrets)
        let other = try Postsrsd(domain: "srs.test", secret: Self.secret, options: options)
        for sender in Self.senders {
            let ours = try #require(try Self.look(suite.forwardPort, sender), "\(sender)")
            let theirs = try #require(try Self.look(other.forward, sender), "\(sender)")
            // The tag's separator is not signed.
            #expect(ours.dropFirst(5) == theirs.dropFirst(5))
            let back = try #require(try Self.look(suite.reversePort, theirs))
            #expect(try Self.look(other.reverse, ours) == back)
            if !sender.hasPrefix("SRS") { #expect(back == sender) }
            #expect(try Self.look(suite.reversePort, theirs.lowercased())?.lowercased() == back.lowercased())
        }
    }

    /// Over a host that runs postsrsd with a secret and a domain of its own, and back; also what is kept here.
    @Test func overTheOtherAndBack() throws {
        let secrets = try TemporaryDirectory()
        let suite = try Self.suite(secrets: secrets)
        let other = try Postsrsd(domain: "other.test", secret: "a secret of its own")
        let long = "\(String(repeating: "l", count: 60))@example.net"
        for sender in ["anna@example.net", long] {
            let once = try #require(try Self.look(suite.forwardPort, sender))
            let twice = try #require(try Self.look(other.forward, once))
            #expect(twice.hasPrefix("SRS1=") && twice.hasSuffix("@other.test"))
            #expect(try Self.look(suite.reversePort, twice) == nil)
            #expect(try Self.look(other.reverse, twice) == once)
            #expect(try Self.look(suite.reversePort, once) == sender)
            // Rewritten there first, then here.
            let theirs = try #require(try Self.look(other.forward, sender))
            let ours = try #require(try Self.look(suite.forwardPort, theirs))
            #expect(try Self.look(suite.reversePort, ours) == theirs)
            #expect(try Self.look(other.reverse, theirs) == sender)
        }
    }
}
