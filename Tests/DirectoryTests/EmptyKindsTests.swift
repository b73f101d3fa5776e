import SuiteFixture
import Testing

@testable import Directory

@Suite struct EmptyKindsTests {
    private static let rows = Lookup.rows(.reverseName)
    private static let name = Lookup(.reverseName("host.example"))
    private static let black = Answer.reverseName(ReverseNameEntry(isBlack: true))

    private static func table(capacity: Int = 100) -> AnswerTable {
        AnswerTable(lifetime: 1_000, staleLifetime: 10_000, capacity: capacity)
    }

    @Test func aKindIsEmptyAsLongAsItsAnswerHolds() {
        var table = Self.table()
        #expect(table.emptyKinds(now: 0) == [])
        table.keep(.isEmpty(true), to: Self.rows, now: 0)
        #expect(table.emptyKinds(now: 999).contains(.reverseName))
        #expect(!table.emptyKinds(now: 999).contains(.account))
        #expect(table.emptyKinds(now: 1_000) == [])
        table.keep(.isEmpty(true), to: Self.rows, now: 1_000)
        table.keep(.isEmpty(false), to: Self.rows, now: 1_001)
        #expect(table.emptyKinds(now: 1_001) == [])
    }

    @Test func whatWasFoundStandsAboveIt() {
        var table = Self.table()
        table.keep(.isEmpty(true), to: Self.rows, now: 500)
        table.keep(.nothing(.reverseName), to: Self.name, now: 500)
        #expect(table.emptyKinds(now: 500).contains(.reverseName))
        table.keep(Self.black, to: Self.name, now: 100)
        #expect(table.emptyKinds(now: 1_099) == [])
        #expect(table.emptyKinds(now: 1_100).contains(.reverseName))
    }

    @Test func itIsForgottenWithItsBackend() {
        var table = Self.table()
        for kind in Lookup.Kind.allCases { table.keep(.isEmpty(true), to: .rows(kind), now: 0) }
        table.forget(.lists)
        #expect(
            !table.emptyKinds(now: 0).contains(.localEntries) && !table.emptyKinds(now: 0).contains(.externalEntries))
        #expect(table.emptyKinds(now: 0).contains(.domain) && table.emptyKinds(now: 0).contains(.reverseName))
        table.removeAll()
        #expect(table.emptyKinds(now: 0) == [])
    }

    /// A kind is called empty only when each question about it would get that answer from the table itself.
    @Test(arguments: 0..<20)
    func theTableSaysTheSame(_ seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var table = Self.table(capacity: 8)
        let names = (0..<8).map { Lookup(.reverseName("host\($0).example")) }
        var now = 0, timesEmpty = 0
        for _ in 0..<2_000 {
            now += Int.random(in: 0...100, using: &generator)
            switch Int.random(in: 0..<40, using: &generator) {
            case 0: table.forget(.reverseNames)
            case 1: table.removeAll()
            case 2..<16: table.keep(.isEmpty(.random(using: &generator)), to: Self.rows, now: now)
            case 16..<18: table.keep(Self.black, to: names.randomElement(using: &generator) ?? Self.name, now: now)
            default:
                table.keep(
                    .nothing(.reverseName), to: names.randomElement(using: &generator) ?? Self.name, now: now)
            }
            guard table.emptyKinds(now: now).contains(.reverseName) else { continue }
            timesEmpty += 1
            #expect(table.answer(to: Self.rows, now: now) == .isEmpty(true))
            for name in names {
                let answer = table.answer(to: name, now: now)
                #expect(answer == nil || answer == .nothing(.reverseName))
            }
        }
        #expect(timesEmpty > 50)
    }
}
