import MailTypes
import Testing

@testable import Directory

@Suite struct LocalDomainsTests {
    private static func domain(_ text: String) throws -> Domain {
        try #require(Domain(parsing: text))
    }

    private static func make() throws -> LocalDomains {
        LocalDomains(
            local: [try domain("bücher.example"), try domain("a.example")],
            aliases: [try domain("b.example"): try domain("a.example")], backupMX: [try domain("c.example")],
            hostnames: [try domain("mx.example")])
    }

    @Test(
        arguments: [
            ("a.example", .local, true), ("A.Example", .local, true), ("xn--bcher-kva.example", .local, true),
            ("b.example", .alias, true), ("c.example", .backupMX, true), ("mx.example", nil, true),
            ("sub.a.example", nil, false), ("example", nil, false),
        ] as [(String, LocalDomains.Kind?, Bool)])
    func kinds(_ text: String, _ kind: LocalDomains.Kind?, _ isLocal: Bool) throws {
        let domains = try Self.make()
        #expect(domains.kind(of: try Self.domain(text)) == kind)
        #expect(domains.contains(try Self.domain(text)) == isLocal)
    }

    @Test func targets() throws {
        let domains = try Self.make()
        #expect(domains.aliasTarget(of: try Self.domain("B.example")) == (try Self.domain("a.example")))
        #expect(domains.aliasTarget(of: try Self.domain("a.example")) == nil)
    }

    /// As many as are found by comparing, and more.
    @Test(arguments: [0, 1, 4, 5, 100])
    func entries(_ count: Int) throws {
        let local = try (0..<count).map { try Self.domain("d\($0).example") }
        let domains = LocalDomains(local: local)
        for domain in local { #expect(domains.entry(of: domain)?.owner == domain) }
        #expect(domains.entry(of: try Self.domain("other.example")) == nil)
    }

    @Test func aLocalDomainIsNoAlias() throws {
        let both = try Self.domain("a.example")
        let domains = LocalDomains(local: [both], aliases: [both: try Self.domain("x.example")], backupMX: [both])
        #expect(domains.kind(of: both) == .local)
        #expect(domains.aliasTarget(of: both) == nil)
    }
}
