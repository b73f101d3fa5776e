import SRS
import Testing

@Suite struct SRSSecretTests {
    @Test func doesNotShowItself() throws {
        let secret = try #require(SRSSecret("hunter2"))
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped, "\([secret])"] {
            #expect(!text.contains("hunter2"))
            #expect(!text.contains("104"))
        }
    }

    @Test func needsAByte() {
        #expect(SRSSecret("") == nil)
        #expect(SRSSecret([]) == nil)
        #expect(SRSSecret([0]) != nil)
        #expect(SRSSecret("a") == SRSSecret([97]))
    }
}
