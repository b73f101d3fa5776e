import Testing

@testable import Directory

@Suite struct LookupListTests {
    private static func lookup(_ number: Int) -> Lookup {
        Lookup(.reverseName("host\(number).example"))
    }

    /// As many as are found by comparing, and more.
    @Test(arguments: [1, 16, 17, 18, 1_000])
    func findsWhatWasSet(_ count: Int) {
        var list = LookupList<Int>()
        #expect(list.isEmpty)
        #expect(list[Self.lookup(0)] == nil)
        for number in 0..<count { list.set(Self.lookup(number), to: number) }
        #expect(!list.isEmpty)
        #expect(list.lookups == (0..<count).map(Self.lookup), "in the order in which they came")
        for number in 0..<count { #expect(list[Self.lookup(number)] == number) }
        #expect(list[Self.lookup(count)] == nil)
        #expect(list[Lookup(.listing(local: 0, external: 0))] == nil)
    }

    @Test(arguments: [1, 16, 17, 1_000])
    func aNewValueStandsInsteadOfTheOld(_ count: Int) {
        var list = LookupList<Int>()
        for number in 0..<count { list.set(Self.lookup(number), to: number) }
        for number in 0..<count { list.set(Self.lookup(number), to: -number) }
        #expect(list.lookups.count == count)
        for number in 0..<count { #expect(list[Self.lookup(number)] == -number) }
    }
}
