import Testing

@testable import SRS

@Suite struct OriginalsBoundTests {
    private let bound = OriginalsBound(maximum: 1_000)

    @Test(
        arguments: [
            ([:], 500), ([7: 100], 400), ([7: 500], 0), ([7: 600], 0), ([6: 500], 250), ([6: 500, 7: 200], 50),
            ([6: 1_000], 0), ([6: 2_000, 7: 1], 0), ([5: 500, 6: 250], 125),
            ([5: .max, 6: .max], 0), ([5: -7, 6: .min], 500), ([7: .min], 500), ([7: .max], 0),
        ] as [([Int: Int], Int)])
    func room(counts: [Int: Int], expected: Int) {
        #expect(bound.room(for: 7, counts: counts) == expected)
    }

    /// A flood that lasts takes half of what is left each day: the bound holds, and a day of peace finds room.
    @Test func aFloodOfDays() {
        var counts: [Int: Int] = [:]
        for day in 0..<200 {
            counts = counts.filter { $0.key >= day - 20 }
            let room = bound.room(for: day, counts: counts)
            #expect(day > 8 || room > 0)
            counts[day, default: 0] += room
            #expect(counts.values.reduce(0, +) <= 1_000)
            #expect(bound.room(for: day, counts: counts) == 0)
        }
    }
}
