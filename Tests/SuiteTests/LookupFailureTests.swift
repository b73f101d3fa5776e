import Glibc
import SuiteFixture
import Testing

/// Lookups that cannot be decided, as Postfix is told: 400 over tcp_table, TEMP over socketmap.
@Suite(.serialized) struct LookupFailureTests {
    private static let unavailable = "not available, try again later"
    private static let undecided = "It is not known whether the domain is local."

    private static func suite(frontend: String, srs: String, secrets: TemporaryDirectory) throws -> Suite {
        let secret = try secrets.write("the secret of these tests\n", to: "secret", mode: 0o600)
        let suite = try Suite(
            frontend: frontend, services: "srs: { domain: srs.test, secret-file: \(secret)\(srs) }\n")
        #expect(answers(suite, "a@before.example").table?.hasPrefix("200 SRS0=") == true)
        return suite
    }

    private static func answers(_ suite: Suite, _ key: String) -> (table: String?, socketmap: String?) {
        let table = Socket(.tcp(suite.forwardPort), timeout: 10)
        table?.send("get \(key)\n")
        let query = "srs-forward \(key)"
        let socketmap = Socket(.unix(suite.socketmap), timeout: 10)
        socketmap?.send("\(query.utf8.count):\(query),")
        return (table?.receive(through: "\n"), socketmap?.receiveNetstring())
    }

    /// The service cannot be asked, so the frontend's rule applies.
    @Test(arguments: [true, false]) func theServiceIsFrozen(isTemporary: Bool) throws {
        let secrets = try TemporaryDirectory()
        let suite = try Self.suite(
            frontend: isTemporary ? "  lookup-on-failure: temporary" : "", srs: "", secrets: secrets)
        #expect(suite.send(SIGSTOP, to: "srs"))
        defer { suite.send(SIGCONT, to: "srs") }
        let (table, socketmap) = Self.answers(suite, "a@frozen.example")
        #expect(
            table
                == (isTemporary
                    ? "400 \(Self.encoded(Self.unavailable))\n" : "500 not%20available,%20not%20rewritten\n"))
        #expect(socketmap == (isTemporary ? "TEMP \(Self.unavailable)" : "NOTFOUND "))
        let line = "srs-forward: a@frozen.example not looked up: expired"
        #expect(eventually { suite.logLines(with: line).count == 2 })
    }

    /// Nobody knows whether the domain is local, so the service's rule applies.
    @Test(arguments: [true, false]) func theDirectoryIsFrozen(isTemporary: Bool) throws {
        let secrets = try TemporaryDirectory()
        let suite = try Self.suite(
            frontend: "", srs: isTemporary ? ", on-failure: temporary" : "", secrets: secrets)
        #expect(suite.send(SIGSTOP, to: "directory"))
        defer { suite.send(SIGCONT, to: "directory") }
        let (table, socketmap) = Self.answers(suite, "a@frozen.example")
        #expect(table == (isTemporary ? "400 \(Self.encoded(Self.undecided))\n" : "500 \n"))
        #expect(socketmap == (isTemporary ? "TEMP \(Self.undecided)" : "NOTFOUND "))
    }

    /// What the frontend could decide stays decided: a local domain is "not found".
    @Test func whatIsDecidedIsNotTemporary() throws {
        let secrets = try TemporaryDirectory()
        let suite = try Self.suite(
            frontend: "  lookup-on-failure: temporary", srs: ", on-failure: temporary", secrets: secrets)
        let (table, socketmap) = Self.answers(suite, "a@mx.test")
        #expect(table?.hasPrefix("500 ") == true)
        #expect(socketmap == "NOTFOUND ")
    }

    private static func encoded(_ text: String) -> String { text.replacing(" ", with: "%20") }
}
