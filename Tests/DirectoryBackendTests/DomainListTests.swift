import DatabaseFixture
import Directory
import DirectoryCases
import ServiceProtocol
import Testing

/// The list of all domains, which is longer than what a directory server tells at once.
@Suite struct DomainListTests {
    private static let count = 1_203

    private static func site(slapd: String) throws -> TestDirectory {
        var content = DirectoryContent()
        content.domains = (0..<count).map { .init(name: "d\($0).test") }
        return try TestDirectory(.ldap, content: content, slapd: slapd)
    }

    private static func list(_ service: DirectoryService) throws -> (domains: [String], failure: String?) {
        var domains: [String] = []
        var arguments = ["what": "local-domains"]
        while true {
            switch try #require(AdministrationTests.ask(service, "list", arguments)) {
            case .failed(let why): return (domains, why)
            case .done(_, let rows, let next):
                domains += rows.map { $0[0] }
                guard let next else { return (domains, nil) }
                arguments["after"] = next
            }
        }
    }

    @Test func inPages() throws {
        let site = try Self.site(slapd: "limits dn.exact=\"\(OpenLDAPServer.bindDN)\" size.prtotal=unlimited")
        let service = try site.service()
        defer { service.stop() }
        let expected = (0..<Self.count).map { "d\($0).test" }.sorted()
        for _ in 0..<2 {
            let (domains, failure) = try Self.list(service)
            #expect(failure == nil)
            #expect(domains.filter { $0.hasSuffix(".test") } == expected)
        }
    }

    /// Half a list would call domains foreign that are not.
    @Test func aServerThatTellsOnlyAPart() throws {
        let site = try Self.site(slapd: "sizelimit size.soft=100 size.hard=700")
        let service = try site.service()
        defer { service.stop() }
        let (domains, failure) = try Self.list(service)
        #expect(domains.isEmpty)
        #expect(
            failure?.contains("the server does not let this user have the whole answer") == true, "\(failure ?? "")")
    }
}
