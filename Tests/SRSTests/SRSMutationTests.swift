import SRSForgeries
import Testing

/// The beginning of what `make simulate` tries a million times, in a release build.
@Suite struct SRSMutationTests {
    @Test(arguments: [(8, 0), (4, 2)])
    func forgeriesAreNotTaken(hashLength: Int, limit: Int) throws {
        let forgeries = try #require(Forgeries(hashLength: hashLength))
        #expect(forgeries.originalsAreTaken)
        let taken = forgeries.taken(of: 20_000, seed: 1)
        #expect(taken.count <= limit, "\(taken)")
    }
}
