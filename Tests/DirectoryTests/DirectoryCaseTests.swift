import Configuration
import DirectoryCases
import Logging
import PostfixProtocol
import ServiceProtocol
import Synchronization
import Testing

@testable import Directory

/// The cases against the content in memory: what every other backend is compared with.
@Suite struct DirectoryCaseTests {
    /// With nothing known, each backend is asked twice at most, one time after the other; each time costs a database one
    /// round trip.
    @Test(arguments: DirectoryCases.all)
    func verdict(_ item: DirectoryCase) throws {
        let source = CountingSource(MemoryDirectory(.site))
        let service = try MemoryService(settings: item.settings, source: source)
        #expect(try service.verdict(item) == item.verdict)
        for (backend, count) in source.counts { #expect(count <= 2, "\(backend)") }
    }

    /// So are they when one question names all checks.
    @Test func roundTripsOfAllChecks() throws {
        var most = 0
        for item in DirectoryCases.all {
            let source = CountingSource(MemoryDirectory(.site))
            let service = try MemoryService(settings: item.settings, source: source)
            var request = item.checkRequest
            request.checks = DirectoryCheck.allCases.map(\.rawValue)
            #expect(DirectoryCase.ask(service.service, request) != nil)
            most = max(most, source.counts.values.max() ?? 0)
        }
        #expect(most == 2)
    }

    /// What is known already, that there is nothing of a kind among it, decides as what is asked for anew.
    @Test(arguments: 0..<6)
    func knownAnswersDecideTheSame(_ missing: Int) throws {
        var content = DirectoryContent.site
        switch missing {
        case 0: content.reverseNames = []
        case 1: content.access = []
        case 2: content.users = []
        case 3: (content.aliases, content.lists) = ([], [])
        case 4: (content.domains, content.aliasDomains) = ([], [])
        default: content = DirectoryContent()
        }
        for (settings, items) in Dictionary(grouping: DirectoryCases.all, by: \.settings) {
            let known = try MemoryService(settings: settings, content: content)
            for item in items {
                var request = item.checkRequest
                request.checks = DirectoryCheck.allCases.map(\.rawValue)
                let anew = try MemoryService(settings: settings, content: content)
                let reply = DirectoryCase.ask(anew.service, request)
                for _ in 0..<2 { #expect(DirectoryCase.ask(known.service, request) == reply) }
            }
        }
    }
}

/// A directory service over the content in memory.
struct MemoryService {
    let service: DirectoryService

    init(settings: String = "", content: DirectoryContent = .site, source: (any LookupSource)? = nil) throws {
        let text = """
            common: { hostname: mx.example.net }
            directory:
              accounts: { path: /nonexistent/directory.db }
              lists: { path: /nonexistent/directory.db }
              reverse-names: { path: /nonexistent/directory.db }
              \(settings)
            """
        let read = try ConfigurationDocument(text: text, file: "test.yaml").read { top in
            let common = CommonConfiguration(from: top.mapping("common"))
            return (DirectoryConfiguration(from: top.mapping("directory"), common: common), common)
        }
        let clock = ServiceClock(unixSeconds: { DirectoryCases.now }, monotonic: { MonotonicInstant.now })
        service = try DirectoryService(
            configuration: read.0, common: read.1, clock: clock,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, source: source ?? MemoryDirectory(content))
    }

    func verdict(_ item: DirectoryCase) throws -> String {
        try item.verdict(of: service)
    }
}

/// Counts how often each backend is asked.
final class CountingSource: LookupSource {
    private let source: any LookupSource
    private let counted = Mutex<[Lookup.Backend: Int]>([:])

    init(_ source: any LookupSource) {
        self.source = source
    }

    var counts: [Lookup.Backend: Int] { counted.withLock { $0 } }

    func ask(_ lookups: [Lookup], reply: @escaping @Sendable ([(lookup: Lookup, answer: Answer)]) -> Void) {
        for backend in Set(lookups.map(\.backend)) { counted.withLock { $0[backend, default: 0] += 1 } }
        source.ask(lookups, reply: reply)
    }

    func stop() {
        source.stop()
    }
}
