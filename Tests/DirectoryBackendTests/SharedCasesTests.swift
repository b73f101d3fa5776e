import Directory
import DirectoryCases
import Testing

/// Every case on every backend: the same content, the same question, the same verdict.
@Suite struct SharedCasesTests {
    @Test(arguments: Backend.allCases)
    func verdicts(_ backend: Backend) throws {
        let site = try TestDirectory.shared(backend)
        for (settings, cases) in Dictionary(grouping: DirectoryCases.all, by: \.settings) {
            let service = try site.service(settings)
            defer { service.stop() }
            for item in cases {
                let verdict = try item.verdict(of: service)
                #expect(verdict == item.verdict, "\(backend) \(item)")
                // What is known by now decides at once, and the same.
                let again = try item.verdict(of: service)
                #expect(again == item.verdict, "\(backend) \(item), from memory")
            }
        }
    }
}
