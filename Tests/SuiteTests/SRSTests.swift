import SuiteFixture
import Testing

/// The lookup tables as Postfix asks them: over tcp_table(5) and socketmap_table(5).
@Suite(.serialized) struct SRSTests {
    private static let domain = "srs.test"
    private let suite: Suite
    /// A service that was killed reads the file again.
    private let secrets: TemporaryDirectory
    private let socketmapPort = Socket.freePort()

    init() throws {
        secrets = try TemporaryDirectory()
        let secret = try secrets.write("the secret of these tests\n", to: "secret", mode: 0o600)
        suite = try Suite(
            listeners: """
                    srs-forward-unix: { protocol: tcp-table, map: srs-forward, addresses: ["unix:srs-forward"] }
                    srs-reverse-unix: { protocol: tcp-table, map: srs-reverse, addresses: ["unix:srs-reverse"] }
                    socketmap-tcp: { protocol: socketmap, addresses: ["127.0.0.1:\(socketmapPort)"] }
                """,
            services: """
                directory: { local-domains: [example.com] }
                srs: { domain: \(Self.domain), secret-file: \(secret) }
                """)
        guard suite.postern(["status", "srs"]).status == 0 else { throw FixtureError(suite.log) }
    }

    /// `200` and a value, or `500`; both protocols must agree, over TCP and over Unix sockets.
    private func look(_ map: String, _ key: String) throws -> String? {
        let port = map == "srs-forward" ? suite.forwardPort : suite.reversePort
        let answers = try [
            look(map, key, table: .tcp(port), socketmap: .unix(suite.socketmap)),
            look(map, key, table: .unix("\(suite.runtimeDirectory)/\(map)"), socketmap: .tcp(socketmapPort)),
        ]
        #expect(answers[0] == answers[1], "\(key)")
        return answers[0]
    }

    private func look(
        _ map: String, _ key: String, table: Socket.Address, socketmap: Socket.Address
    ) throws -> String? {
        let table = try #require(Socket(table, timeout: 10))
        table.send("get \(Self.encoded(key))\n")
        let line = try #require(table.receive(through: "\n")).dropLast()
        let socketmap = try #require(Socket(socketmap, timeout: 10))
        let query = "\(map) \(key)"
        socketmap.send("\(query.utf8.count):\(query),")
        let reply = try #require(socketmap.receiveNetstring())
        if reply.hasPrefix("OK ") {
            #expect(line == "200 \(Self.encoded(String(reply.dropFirst(3))))")
            return String(reply.dropFirst(3))
        }
        // PERM or TEMP from a canonical map would refuse every sender.
        #expect(reply == "NOTFOUND ", "\(key)")
        #expect(line.hasPrefix("500 "), "\(key)")
        return nil
    }

    private func forward(_ key: String) throws -> String? { try look("srs-forward", key) }

    private func reverse(_ key: String) throws -> String? { try look("srs-reverse", key) }

    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            if byte > 0x20, byte < 0x7f, byte != UInt8(ascii: "%") { return String(UnicodeScalar(byte)) }
            let digits = String(byte, radix: 16, uppercase: true)
            return digits.count == 1 ? "%0\(digits)" : "%\(digits)"
        }.joined()
    }

    @Test func thereAndBack() throws {
        let senders = [
            "a@example.net", "o'brien@example.net", "a+b=c-d@example.net", "A.Person@Example.NET", "a@[192.0.2.1]",
            "a#b@example.net", "{x}@example.net", "a!b@example.net", "50%@example.net", "\"a b\"@example.net",
            "\"a@b\"@example.net",
        ]
        for sender in senders {
            let rewritten = try #require(try forward(sender), "\(sender)")
            #expect(rewritten.hasSuffix("@\(Self.domain)"))
            #expect(try reverse(rewritten) == sender)
            // A second bounce, and one whose letters some server has changed.
            #expect(try reverse(rewritten) == sender)
            #expect(try reverse(rewritten.lowercased())?.lowercased() == sender.lowercased())
        }
    }

    /// Postfix may hand the key over without the quotes that its local part needs.
    @Test func twoAtSigns() throws {
        let rewritten = try #require(try forward("a@b@example.net"))
        #expect(rewritten.hasPrefix("\"SRS0="))
        #expect(try reverse(rewritten) == "\"a@b\"@example.net")
    }

    /// Hashes have letters that mean something elsewhere.
    @Test func everyHash() throws {
        var seen: Set<Character> = []
        for number in 0..<200 {
            let sender = "u\(number)@example.net"
            let rewritten = try #require(try forward(sender))
            let hash = try #require(rewritten.split(separator: "=").dropFirst().first)
            seen.formUnion(hash)
            #expect(try reverse(rewritten) == sender)
        }
        #expect(seen.contains("/"))
        #expect(seen.contains("+"))
    }

    @Test func whatIsLeftAlone() throws {
        let senders = [
            "", "postmaster", "@example.net", "a@", "a@example.com", "A@EXAMPLE.COM", "a@mx.test",
            "a@\(Self.domain)", "SRS0=abcd=EF=example.net=a@\(Self.domain)", "ü\0@example.net",
        ]
        for sender in senders {
            #expect(try forward(sender) == nil, "\(sender)")
        }
        for recipient in ["", "a@example.net", "a@\(Self.domain)", "SRS0@\(Self.domain)", "SRS0=@\(Self.domain)"] {
            #expect(try reverse(recipient) == nil, "\(recipient)")
        }
    }

    /// What would not fit is kept, also over a kill of the service right after its reply.
    @Test func longAddresses() throws {
        let long = String(repeating: "l", count: 60)
        let senders = [
            "\(long)@example.net", "a@\(String(repeating: "label.", count: 40))example", "\"\(long)@ \"@example.net",
            "SRS0=abcd=EF=example.org=\(long)@example.net", "\(long)ü@example.net",
        ]
        for sender in senders {
            let rewritten = try #require(try forward(sender), "\(sender)")
            #expect(suite.killNine("srs"))
            #expect(rewritten.utf8.count == 40 + 1 + Self.domain.utf8.count)
            #expect(try forward(sender) == rewritten)
            #expect(try reverse(rewritten) == sender)
            #expect(try reverse(rewritten.lowercased()) == sender)
            #expect(try forward(rewritten) == nil)
            #expect(try reverse(sender) == nil)
        }
        #expect(suite.query("srs", "SELECT count(*) FROM postern_srs_originals") == [["\(senders.count)"]])
    }

    @Test func forgeries() throws {
        let rewritten = try #require(try forward("a@example.net"))
        let parts = rewritten.split(separator: "=", maxSplits: 3).map(String.init)
        #expect(parts.count == 4)
        let (hash, time, rest) = (parts[1], parts[2], parts[3])
        let forged = [
            "SRS0=AAAA=\(time)=\(rest)", "SRS0=\(hash.prefix(1))=\(time)=\(rest)", "SRS0==\(time)=\(rest)",
            "SRS0=\(hash)=AA=\(rest)", "SRS0=\(hash)=\(String(repeating: "A", count: 3_000))=\(rest)",
            "SRS0=\(hash)=\(time)=example.org=a@\(Self.domain)", "SRS0=\(hash)=\(time)=example.net=b@\(Self.domain)",
            "SRS0=\(hash)=\(time)=example.net", "SRS1=\(hash)=example.net==\(time)=\(rest)",
        ]
        for address in forged { #expect(try reverse(address) == nil, "\(address.prefix(80))") }
        // Right, but at a domain that is not ours to reverse for.
        #expect(try reverse(rewritten.replacing("@\(Self.domain)", with: "@example.org")) == nil)
        #expect(try reverse(rewritten) == "a@example.net")
    }

    /// A foreign host's rewritten address is rewritten once more, and comes back as it was.
    @Test func twoHops() throws {
        let foreign = "SRS0=Ab+/=JK=example.org=a@example.net"
        let rewritten = try #require(try forward(foreign))
        #expect(rewritten.hasPrefix("SRS1="))
        #expect(rewritten.contains("=example.net==Ab+/=JK=example.org=a@"))
        #expect(try reverse(rewritten) == foreign)
        // In transit it is none of our business.
        #expect(try reverse(foreign) == nil)
        let third = try #require(try forward("SRS1=Wxyz=example.net==Ab+/=JK=example.org=a@example.org"))
        #expect(try reverse(third) == foreign)
    }
}
