import ServiceProtocol
import Testing

@Suite struct AttachedFactsTests {
    private static let names = ["local:a.example", "local:b.example", "spf:a.example"].map(name)

    private static func name(_ text: String) -> FactName {
        let parts = text.split(separator: ":")
        return FactName(kind: String(parts[0]), subject: String(parts[1]))
    }

    @Test func aFactIsFoundByItsWholeName() {
        let facts: AttachedFacts = [Self.names[0]: "yes", Self.names[2]: "fail"]
        #expect(facts[Self.names[0]] == "yes")
        #expect(facts[Self.names[1]] == nil)
        #expect(facts[Self.names[2]] == "fail")
        #expect(facts.map(\.value) == ["yes", "fail"])
    }

    @Test func theLastValueHolds() throws {
        var facts: AttachedFacts = [Self.names[0]: "yes", Self.names[0]: "no"]
        #expect(facts.map(\.value) == ["no"])
        facts[Self.names[0]] = "unknown"
        #expect(facts.map(\.value) == ["unknown"])
        let read = try received("checks=c", "fact.local:a.example=yes", "x=1", "fact.local:a.example=no", "fact.=z")
        #expect(try #require(CheckRequest(read)).facts[Self.names[0]] == "no")
    }

    @Test func nilTakesItAway() {
        var facts: AttachedFacts = [Self.names[0]: "yes", Self.names[1]: "no"]
        facts[Self.names[0]] = nil
        facts[Self.names[2]] = nil
        #expect(facts.map(\.name) == [Self.names[1]])
    }

    @Test func theirOrderDoesNotCount() {
        let facts: AttachedFacts = [Self.names[0]: "yes", Self.names[1]: "no"]
        #expect(facts == [Self.names[1]: "no", Self.names[0]: "yes"])
        #expect(facts != [Self.names[1]: "no"])
        #expect(facts != [Self.names[0]: "yes", Self.names[1]: "yes"])
        #expect([Self.names[0]: "yes"] != facts)
        #expect(facts != [Self.names[0]: "yes", Self.names[1]: "no", Self.names[2]: "none"])
    }
}
