import SQLStore
import ServiceProtocol
import SuiteFixture
import Testing

@testable import SRS

@Suite struct SRSServiceTests {
    @Test(
        arguments: [
            ("alice@a.example", .found("SRS0=iHbP=G3=a.example=alice@fwd.example")),
            ("Bob.Smith+x@Mail.Example.ORG", .found("SRS0=9O40=G3=Mail.Example.ORG=Bob.Smith+x@fwd.example")),
            ("x@FWD.example", .notFound("Domain is srs_domain, bypassed.")),
            ("SRS0=iHbP=G3=a.example=alice@fwd.example", .notFound("Domain is srs_domain, bypassed.")),
            ("double-bounce@mx.fwd.example", .notFound("Domain is server hostname, bypassed.")),
            ("x@local.example", .notFound("Domain is a local mail domain, bypassed.")),
            ("\"\"", .notFound("Not a valid email address, bypassed.")),
            ("", .notFound("Not a valid email address, bypassed.")),
            ("postmaster", .notFound("Not a valid email address, bypassed.")),
            ("x@unknown.example", .notFound("")), ("x@nothing-known.example", .notFound("")),
        ] as [(String, LookupResult)])
    func forward(_ key: String, _ expected: LookupResult) async throws {
        let local = [
            "a.example": "no", "mail.example.org": "no", "local.example": "yes", "unknown.example": "unknown",
        ]
        #expect(try await Bench().lookup("srs-forward", key, local: local) == expected)
    }

    /// No fact can be about an address literal, and it is none of the server's mail domains.
    @Test func addressLiteralIsForeign() async throws {
        guard case .found(let address) = try await Bench().lookup("srs-forward", "x@[192.0.2.1]") else {
            Issue.record("not rewritten")
            return
        }
        #expect(address.hasSuffix("=[192.0.2.1]=x@fwd.example") || address.contains("[192.0.2.1]"))
    }

    @Test(
        arguments: [
            ("SRS0=iHbP=G3=a.example=alice@fwd.example", .found("alice@a.example")),
            ("srs0=ihbp=g3=a.example=alice@FWD.example", .found("alice@a.example")),
            ("SRS0=iHbP=G3=a.example=alice@mx.fwd.example", .found("alice@a.example")),
            ("SRS0=iHbP=G3=a.example=alice@local.example", .found("alice@a.example")),
            ("SRS0=iHbP=G3=a.example=alice@foreign.example", .notFound("Not a valid SRS address, bypassed.")),
            ("SRS0=iHbP=G3=a.example=alice@unknown.example", .notFound("")),
            ("SRS0=xxxx=G3=a.example=alice@fwd.example", .notFound("")),
            ("SRS0=S=G3=victim.example=bob@fwd.example", .notFound("")),
            ("bob@fwd.example", .notFound("Not a valid SRS address, bypassed.")),
            ("bob", .notFound("Not a valid email address, bypassed.")),
        ] as [(String, LookupResult)])
    func reverse(_ key: String, _ expected: LookupResult) async throws {
        let local = ["local.example": "yes", "foreign.example": "no", "unknown.example": "unknown"]
        #expect(try await Bench().lookup("srs-reverse", key, local: local) == expected)
    }

    @Test func unknownMap() async throws {
        #expect(try await Bench().lookup("aliases", "a@b.example") == .notFound("unknown map aliases"))
    }

    @Test func withoutADomainNothingIsFound() async throws {
        let bench = try Bench("")
        #expect(await bench.lookup("srs-forward", "a@a.example", local: ["a.example": "no"]).isNotFound)
        #expect(await bench.lookup("srs-reverse", "SRS0=iHbP=G3=a.example=alice@fwd.example").isNotFound)
    }

    /// The second secret verifies what it signed before it was replaced, and signs nothing any more.
    @Test func furtherSecretsOnlyVerify() async throws {
        let directory = try TemporaryDirectory()
        let old = try Bench(directory: directory)
        try directory.writeSecret("new\nsecret\n")
        let read = try configuration(
            "domain: fwd.example, secret-file: \(directory.path)/secret", directory: directory)
        old.service.apply(read.srs, common: read.common)
        #expect(
            await old.lookup("srs-reverse", "SRS0=iHbP=G3=a.example=alice@fwd.example") == .found("alice@a.example"))
        let forward = await old.lookup("srs-forward", "alice@a.example", local: ["a.example": "no"])
        #expect(forward != .found("SRS0=iHbP=G3=a.example=alice@fwd.example"))
    }

    @Test func logAndFigures() async throws {
        let bench = try Bench()
        _ = await bench.lookup("srs-forward", "alice@a.example", local: ["a.example": "no"])
        _ = await bench.lookup("srs-reverse", "SRS0=iHbP=G3=a.example=alice@fwd.example")
        _ = await bench.lookup("srs-forward", "x@unknown.example")
        _ = await bench.lookup("srs-reverse", "SRS0=xxxx=G3=a.example=alice@fwd.example")
        _ = await bench.lookup("srs-reverse", "x@fwd.example")
        #expect(
            bench.lines.all.filter { $0.contains("[srs]") } == [
                "info: [srs][sender]  rewrote: alice@a.example -> SRS0=iHbP=G3=a.example=alice@fwd.example",
                "info: [srs][recipient]  reversed: SRS0=iHbP=G3=a.example=alice@fwd.example -> alice@a.example",
                "warning: [srs][sender]  left as it is: x@unknown.example: whether its domain is local is not known",
                "info: [srs][recipient]  left as it is: SRS0=xxxx=G3=a.example=alice@fwd.example: the hash is wrong",
            ])
        let figures = Dictionary(uniqueKeysWithValues: bench.service.statistics().map { ($0.name, $0.value) })
        #expect(
            figures == [
                "rewritten": "1", "reversed": "1", "bypassed": "1", "failed": "1", "locality-unknown": "1",
                "exclusions-unread": "0", "kept": "0", "too-many-kept": "0", "store-failed": "0", "database": "working",
            ])
    }

    @Test func hello() throws {
        let hello = try Bench().service.hello
        #expect(hello.service == "srs")
        #expect(hello.wants.map(\.description) == ["local:key"])
    }

    // MARK: - Excluded domains

    @Test func excludedDomains() async throws {
        let bench = try Bench()
        let facts = ["b.com": "no", "a.b.com": "no", "xb.com": "no"]
        #expect(await bench.administer("set", ["what": "exclude-domain", "domain": "B.com"]) == .done)
        #expect(await bench.administer("set", ["what": "exclude-domain", "domain": "b.com"]) == .done)
        #expect(await bench.administer("set", ["what": "exclude-domain", "domain": ".c.com"]) == .done)
        #expect(
            await bench.administer("list", ["what": "exclude-domains"])
                == .done(columns: ["domain"], rows: [[".c.com"], ["b.com"]], next: nil))
        let excluded = LookupResult.notFound("Domain is explicitly excluded, bypassed.")
        #expect(await bench.lookup("srs-forward", "x@b.com", local: facts) == excluded)
        #expect(await bench.lookup("srs-forward", "x@a.b.com", local: facts) == excluded)
        #expect(await !bench.lookup("srs-forward", "x@xb.com", local: facts).isNotFound)
        #expect(await bench.administer("delete", ["what": "exclude-domain", "domain": "b.com"]) == .done)
        #expect(await !bench.lookup("srs-forward", "x@b.com", local: facts).isNotFound)
        #expect(
            await bench.administer("delete", ["what": "exclude-domain", "domain": "b.com"])
                == .failed("b.com is not excluded"))
        #expect(bench.lines.all.filter { $0.contains("audit: uid=1000") }.count == 4)
    }

    /// What another process writes shows within seconds, without a lookup waiting for it.
    @Test func otherToolsAreSeen() async throws {
        let bench = try Bench()
        let facts = ["b.com": "no"]
        #expect(await !bench.lookup("srs-forward", "x@b.com", local: facts).isNotFound)
        let connection = try SQLiteConnection(SQLiteConfiguration(path: "\(bench.directory.path)/srs.db"))
        try connection.execute("INSERT INTO srs_exclude_domains (domain) VALUES ('b.com')")
        connection.close()
        var isSeen = false
        for _ in 0..<500 where !isSeen {
            isSeen = await bench.lookup("srs-forward", "x@b.com", local: facts).isNotFound
            if !isSeen { try await Task.sleep(for: .milliseconds(10)) }
        }
        #expect(isSeen)
    }

    /// Without the excluded domains nothing is rewritten; reversing needs no database.
    @Test func brokenDatabase() async throws {
        let directory = try TemporaryDirectory()
        try directory.write(String(repeating: "this is no database ", count: 100), to: "srs.db")
        let bench = try Bench(directory: directory)
        #expect(await bench.lookup("srs-forward", "x@b.com", local: ["b.com": "no"]) == .notFound(""))
        #expect(
            await bench.lookup("srs-reverse", "SRS0=iHbP=G3=a.example=alice@fwd.example") == .found("alice@a.example"))
        guard case .failed(let text) = await bench.administer("list", ["what": "exclude-domains"]) else {
            Issue.record("no failure")
            return
        }
        #expect(text.hasPrefix("database: "))
        #expect(bench.lines.all.filter { $0.hasPrefix("error:") }.count == 1)
        #expect(bench.service.statistics().contains { $0.name == "exclusions-unread" && $0.value == "1" })
        #expect(bench.service.statistics().contains { $0.name == "database" && $0.value == "failing" })
    }

    // MARK: - What cannot be decided

    @Test func undecidedMayBeTemporary() async throws {
        let directory = try TemporaryDirectory()
        try directory.writeSecret("secret\n")
        let text = "domain: fwd.example, secret-file: \(directory.path)/secret, on-failure: temporary"
        let bench = try Bench(text, directory: directory)
        let undecided = LookupResult.temporary("It is not known whether the domain is local.")
        #expect(await bench.lookup("srs-forward", "x@unknown.example") == undecided)
        let rewritten = "SRS0=iHbP=G3=a.example=alice@unknown.example"
        #expect(await bench.lookup("srs-reverse", rewritten, local: ["unknown.example": "unknown"]) == undecided)
        // Decided, whatever the rule: a wrong hash, a domain that is local.
        #expect(await bench.lookup("srs-reverse", "SRS0=xxxx=G3=a.example=alice@fwd.example") == .notFound(""))
        #expect(await bench.lookup("srs-forward", "x@a.example", local: ["a.example": "yes"]).isNotFound)
    }

    @Test func unreadExclusionsMayBeTemporary() async throws {
        let directory = try TemporaryDirectory()
        try directory.write(String(repeating: "this is no database ", count: 100), to: "srs.db")
        try directory.writeSecret("secret\n")
        let text = "domain: fwd.example, secret-file: \(directory.path)/secret, on-failure: "
        let bench = try Bench(text + "temporary", directory: directory)
        #expect(
            await bench.lookup("srs-forward", "x@b.com", local: ["b.com": "no"])
                == .temporary("The excluded domains could not be read."))
        let read = try configuration(text + "not-found", directory: directory)
        bench.service.apply(read.srs, common: read.common)
        #expect(await bench.lookup("srs-forward", "x@b.com", local: ["b.com": "no"]) == .notFound(""))
    }

    // MARK: - Verbs

    @Test(
        arguments: [
            (
                "forward", ["address": "alice@a.example"],
                .done(
                    columns: ["result", "text"], rows: [["rewritten", "SRS0=iHbP=G3=a.example=alice@fwd.example"]],
                    next: nil)
            ),
            (
                "reverse", ["address": "SRS0=xxxx=G3=a.example=alice@fwd.example"],
                .done(columns: ["result", "text"], rows: [["failed", "the hash is wrong"]], next: nil)
            ),
            (
                "reverse", ["address": "x@fwd.example"],
                .done(
                    columns: ["result", "text"], rows: [["bypassed", "Not a valid SRS address, bypassed."]], next: nil)
            ),
            ("forward", [:], .failed("forward needs address=ADDRESS")),
            ("set", ["what": "exclude-domain"], .failed("set needs domain=DOMAIN")),
            ("set", ["what": "exclude-domain", "domain": "a b"], .failed("\"a b\" is not a domain name")),
            ("set", ["what": "x"], .failed("set needs what=exclude-domain")),
            ("list", [:], .failed("list needs what=exclude-domains|secrets|originals")),
            ("drop", [:], .failed("unknown verb drop")),
        ] as [(String, [String: String], AdminReply)])
    func verbs(_ verb: String, _ arguments: [String: String], _ expected: AdminReply) async throws {
        #expect(try await Bench().administer(verb, arguments) == expected)
    }
}

extension LookupResult {
    var isNotFound: Bool {
        guard case .notFound = self else { return false }
        return true
    }
}
