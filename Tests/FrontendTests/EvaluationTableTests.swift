import Testing

@testable import Frontend

@Suite struct EvaluationTableTests {
    @Test func aNumberIsNeverThatOfAnEarlierTenant() {
        var table = EvaluationTable<String>()
        let first = table.insert("a")
        #expect(table.remove(first) == "a")
        let second = table.insert("b")
        #expect(first.place == second.place)
        #expect(!table.contains(first))
        #expect(table.remove(first) == nil)
        table.update(first) { $0 = "x" }
        #expect(table.count == 1)
        #expect(table.remove(second) == "b")
        #expect(table.count == 0)
    }

    @Test(arguments: [(0, 1, 0), (1, 2, 65_535), (0xff_ffff, 0x7f_ffff, 7)])
    func aTokenGivesItsPartsBack(_ place: Int, _ generation: Int, _ index: Int) {
        typealias ID = EvaluationTable<Int>.ID
        let id = ID(place: UInt32(place), generation: UInt32(generation))
        let token = id.token(index: index)
        #expect(ID(token: token) == id)
        #expect(ID.index(ofToken: token) == index)
    }

    /// The highest bit tells whose question it is: a place used eight million times must not set it.
    @Test func theHighestBitIsLeftToTheEngines() {
        let id = EvaluationTable<Int>.ID(place: 0xff_ffff, generation: 0xffff_ffff)
        #expect(id.token(index: 0xffff) >> 63 == 0)
    }

    @Test func unknownPlacesAreNotThere() {
        var table = EvaluationTable<Int>()
        let stranger = EvaluationTable<Int>.ID(place: 9, generation: 1)
        #expect(!table.contains(stranger))
        #expect(table.remove(stranger) == nil)
    }

    /// A table is a value, though its elements stay where they are.
    @Test func aCopyKeepsItsOwnElements() {
        var table = EvaluationTable<String>()
        let first = table.insert("a")
        let second = table.insert("b")
        var copy = table
        copy.update(first) { $0 += "1" }
        table.update(second) { $0 += "2" }
        #expect(copy.remove(second) == "b")
        #expect(table.remove(first) == "a")
        #expect(copy.remove(first) == "a1")
        #expect(table.remove(second) == "b2")
    }
}
