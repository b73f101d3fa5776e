import Configuration
import Directory
import DirectoryCases
import Logging
import PostfixProtocol
import ServiceProtocol
import Synchronization
import Testing

/// The cases against the content in memory: what every other backend is compared with.
@Suite struct DirectoryCaseTests {
    @Test(arguments: DirectoryCases.all)
    func verdict(_ item: DirectoryCase) throws {
        let service = try MemoryService(settings: item.settings)
        #expect(try service.verdict(item) == item.verdict)
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
