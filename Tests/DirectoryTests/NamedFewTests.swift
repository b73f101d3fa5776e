import Testing

@testable import Directory

@Suite struct NamedFewTests {
    @Test func eachIsFoundByItsName() {
        var few = NamedFew<Int>()
        #expect(few["a"] == nil)
        few.add("a", 1)
        few.add("", 2)
        few.add("A", 3)
        #expect([few["a"], few[""], few["A"], few["b"]] == [1, 2, 3, nil])
    }

    /// A message with many recipients must not make it long.
    @Test func beyondAFewNothingIsKept() {
        var few = NamedFew<Int>()
        for number in 0..<100 { few.add(String(number), number) }
        #expect((0..<100).filter { few[String($0)] == $0 }.count == 4)
    }
}
