import SQLStore
import ServiceProtocol
import SuiteFixture
import Testing

@testable import SRS

/// Original addresses that are kept, by the service and its database.
@Suite struct SRSKeptOriginalTests {
    private static let long = "\(String(repeating: "l", count: 60))@a.example"
    private let local = ["a.example": "no"]

    private func rewritten(_ key: String, by bench: Bench) async throws -> String {
        let result = await bench.lookup("srs-forward", key, local: local)
        guard case .found(let address) = result else { throw SQLError(.other, "\(result)") }
        return address
    }

    private func rows(_ bench: Bench, _ sql: String) throws -> [[SQLValue]] {
        let connection = try SQLiteConnection(SQLiteConfiguration(path: "\(bench.directory.path)/srs.db"))
        defer { connection.close() }
        return try connection.query(sql)
    }

    @Test func thereAndBack() async throws {
        let bench = try Bench()
        let address = try await rewritten(Self.long, by: bench)
        // The reply comes after the commit: another connection sees the row.
        #expect(
            try rows(bench, "SELECT address, last_day FROM postern_srs_originals")
                == [[.text(Self.long), .integer(19695)]])
        #expect(try await rewritten(Self.long, by: bench) == address)
        #expect(
            try rows(bench, "SELECT last_day, originals FROM postern_srs_days") == [[.integer(19695), .integer(1)]])
        for form in [address, address.lowercased()] {
            #expect(await bench.lookup("srs-reverse", form) == .found(Self.long))
        }
        // The second look-up of each result.
        #expect(await bench.lookup("srs-forward", address) == .notFound("Domain is srs_domain, bypassed."))
        #expect(
            await bench.lookup("srs-reverse", Self.long, local: local)
                == .notFound("Not a valid SRS address, bypassed."))
        #expect(
            await bench.administer("list", ["what": "originals"])
                == .done(columns: ["last-day", "originals"], rows: [["2023-12-04", "1"]], next: nil))
        let figures = Dictionary(uniqueKeysWithValues: bench.service.statistics().map { ($0.name, $0.value) })
        #expect(figures["kept"] == "2" && figures["rewritten"] == "2" && figures["reversed"] == "2")
        #expect(bench.lines.all.contains("info: [srs][recipient]  reversed: \(address) -> \(Self.long)"))
    }

    /// What fits is written out: the database is not asked, and may be broken but for the excluded domains.
    @Test func whatFitsIsNotKept() async throws {
        let bench = try Bench()
        _ = try await rewritten("alice@a.example", by: bench)
        #expect(try rows(bench, "SELECT * FROM postern_srs_originals").isEmpty)
    }

    @Test func anUnknownOriginal() async throws {
        let bench = try Bench()
        let address = try await rewritten(Self.long, by: bench)
        let connection = try SQLiteConnection(SQLiteConfiguration(path: "\(bench.directory.path)/srs.db"))
        try connection.execute("DELETE FROM postern_srs_originals")
        connection.close()
        #expect(await bench.lookup("srs-reverse", address) == .notFound(""))
        #expect(bench.lines.all.contains { $0.hasSuffix("its original address is not kept here") })
    }

    @Test func theRoomEnds() async throws {
        let bench = try Bench(more: "max-originals: 1000")
        _ = try await rewritten(Self.long, by: bench)
        let connection = try SQLiteConnection(SQLiteConfiguration(path: "\(bench.directory.path)/srs.db"))
        try connection.execute("INSERT INTO postern_srs_days (last_day, originals) VALUES (19694, 998)")
        connection.close()
        let known = try await rewritten(Self.long, by: bench)
        let other = await bench.lookup("srs-forward", "x\(Self.long)", local: local)
        #expect(other == .notFound(""))
        #expect(bench.lines.all.contains { $0.hasPrefix("warning:") && $0.contains("max-originals") })
        #expect(bench.service.statistics().contains { $0.name == "too-many-kept" && $0.value == "1" })
        // Those that are kept still come back, and what fits is rewritten.
        #expect(await bench.lookup("srs-reverse", known) == .found(Self.long))
        _ = try await rewritten("alice@a.example", by: bench)
    }

    /// Without its database a sender that does not fit goes by the failure rule. A bounce to a kept original waits.
    @Test(arguments: [true, false]) func aBrokenDatabase(isTemporary: Bool) async throws {
        let bench = try Bench(more: "on-failure: \(isTemporary ? "temporary" : "not-found")")
        let address = try await rewritten(Self.long, by: bench)
        let connection = try SQLiteConnection(SQLiteConfiguration(path: "\(bench.directory.path)/srs.db"))
        try connection.execute("DROP TABLE postern_srs_originals")
        connection.close()
        #expect(
            await bench.lookup("srs-forward", Self.long, local: local)
                == (isTemporary ? .temporary("The original address could not be kept.") : .notFound("")))
        #expect(
            await bench.lookup("srs-reverse", address) == .temporary("The original address could not be looked for."))
        // Only a bounce with the right hash waits.
        let forged = address.replacing("SRS0=", with: "SRS0=x").replacing("=G3==", with: "=G4==")
        #expect(await bench.lookup("srs-reverse", forged) == .notFound(""))
        #expect(bench.service.statistics().contains { $0.name == "store-failed" && $0.value == "2" })
    }

    @Test func aLookupWhoseTimeIsOver() async throws {
        let bench = try Bench()
        let address = try await rewritten(Self.long, by: bench)
        let late = MonotonicInstant.now.advanced(byMilliseconds: -1)
        #expect(
            await bench.lookup("srs-reverse", address, deadline: late)
                == .temporary("The original address could not be looked for."))
        #expect(await bench.lookup("srs-forward", "x\(Self.long)", local: local, deadline: late) == .notFound(""))
        #expect(try rows(bench, "SELECT count(*) FROM postern_srs_originals") == [[.integer(1)]])
    }

    // MARK: - Verbs

    @Test func previewsRecordNothing() async throws {
        let bench = try Bench()
        // The database is there from the first lookup on.
        _ = try await rewritten("alice@a.example", by: bench)
        guard case .done(_, let rows, _) = await bench.administer("forward", ["address": Self.long]) else {
            Issue.record("no preview")
            return
        }
        let address = try #require(rows.first?.last)
        #expect(rows.first?.first == "kept")
        #expect(try self.rows(bench, "SELECT * FROM postern_srs_originals").isEmpty)
        #expect(
            await bench.administer("reverse", ["address": address])
                == .done(
                    columns: ["result", "text"], rows: [["failed", "its original address is not kept here"]], next: nil)
        )
        #expect(try await rewritten(Self.long, by: bench) == address)
        #expect(
            await bench.administer("reverse", ["address": address])
                == .done(columns: ["result", "text"], rows: [["rewritten", Self.long]], next: nil))
    }

    private func explained(_ address: String, by bench: Bench) async -> [String: String] {
        guard case .done(["what", "value"], let rows, nil) = await bench.administer("explain", ["address": address])
        else { return [:] }
        return Dictionary(rows.compactMap { $0.count == 2 ? ($0[0], $0[1]) : nil }) { first, _ in first }
    }

    @Test func explanations() async throws {
        let bench = try Bench(more: "further-domains: {two.example: [b.example]}")
        let secret = try #require(SRSSecret("secret")).fingerprint
        let own = "SRS domain of this server: never rewritten, SRS addresses are reversed"
        #expect(
            await explained("SRS0=iHbP=G3=a.example=alice@fwd.example", by: bench) == [
                "kind": "SRS0: rewritten once", "domain": own, "hash": "right, by the secret \(secret)",
                "made": "2023-11-14, 0 days ago", "valid-until": "2023-12-04", "original": "alice@a.example",
                "forward": "bypassed: Domain is srs_domain, bypassed.", "reverse": "rewritten: alice@a.example",
            ])
        let forged = await explained("SRS0=xxxx=GZ=a.example=alice@two.example", by: bench)
        #expect(forged["hash"] == "wrong, or its secret has ended" && forged["domain"] == own)
        #expect(forged["made"] == "2023-11-12, 2 days ago")
        let old = await explained("SRS0=xxxx=AA=a.example=alice@fwd.example", by: bench)
        #expect(old["valid-until"] == "2023-04-29: expired")
        #expect(
            await explained("x@sub.b.example", by: bench)["rewritten-at"] == "two.example")
        let foreign = await explained("SRS1=azCr=fwd.example==iHbP=G3=a.example=alice@hop2.example", by: bench)
        #expect(foreign["kind"] == "SRS1: rewritten again" && foreign["first-hop"] == "fwd.example")
        #expect(foreign["hash"] == nil && foreign["reverse"] == "bypassed: Not a valid SRS address, bypassed.")
        #expect(await explained("nobody", by: bench)["address"] == "Not a valid email address, bypassed.")
        let kept = try await rewritten(Self.long, by: bench)
        let lines = await explained(kept, by: bench)
        #expect(lines["kind"] == "SRS0 without a host: the original address is kept")
        #expect(lines["reverse"] == "rewritten: \(Self.long)")
    }

    @Test func secretsAreListedByTheirFingerprints() async throws {
        let directory = try TemporaryDirectory()
        try directory.writeSecret("secret\nolder\tuntil=2023-11-13\nlater\tuntil=2023-11-20\n")
        let bench = try Bench(
            "domain: fwd.example, secret-file: \(directory.path)/secret", directory: directory, secrets: nil)
        let prints = try ["secret", "older", "later"].map { try #require(SRSSecret($0)).fingerprint }
        let reply = await bench.administer("list", ["what": "secrets"])
        #expect(
            reply
                == .done(
                    columns: ["fingerprint", "use", "until"],
                    rows: [
                        [prints[0], "signs", "-"], [prints[1], "ended", "2023-11-13"],
                        [prints[2], "verifies", "2023-11-20"],
                    ], next: nil))
        #expect(!"\(reply)\(bench.lines.all)".contains("older"))
    }
}
