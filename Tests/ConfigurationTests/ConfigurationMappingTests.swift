import Configuration
import Testing

private struct Throttle: ConfigurationDecodable {
    let limit: TimeSpan
    let names: [String]
    let listeners: [Listener]

    init(from mapping: ConfigurationMapping) {
        limit = mapping.duration("limit", default: .seconds(2), in: .milliseconds(10) ... .seconds(25))
        names = mapping.strings("names", default: ["all"])
        listeners = mapping.list("listeners", of: Listener.self)
    }
}

private struct Listener: ConfigurationDecodable, Equatable {
    let address: String
    let backlog: Int

    init(from mapping: ConfigurationMapping) {
        address = mapping.string("address")
        backlog = mapping.int("backlog", default: 100, in: 1...1000)
        if backlog == 13 { mapping.report("backlog", "an unlucky number") }
    }
}

@Suite struct ConfigurationMappingTests {
    static let parts = [
        Case("throttle: {limit: 5s}\n", ""),
        Case("throttle:\n", ""),
        Case("throtle: {}\n", "f:1:1: throtle: unknown key; did you mean 'throttle'?"),
        Case("throttle: {limt: 5s}\n", "f:1:12: throttle.limt: unknown key; did you mean 'limit'?"),
        Case("throttle: {Limit: 5s}\n", "f:1:12: throttle.Limit: unknown key; did you mean 'limit'?"),
        Case("throttle: {colour: 5s}\n", "f:1:12: throttle.colour: unknown key"),
        Case("throttle: 5\n", "f:1:11: throttle: expected a mapping, found 5"),
        Case("throttle: {listeners: {a: b}}\n", "f:1:23: throttle.listeners: expected a list, found the mapping"),
        Case("throttle: {listeners: [x]}\n", "f:1:24: throttle.listeners[0]: expected a mapping, found x"),
        Case("throttle: {listeners: [{}]}\n", "f:1:24: throttle.listeners[0].address: required, but not given"),
        Case(
            "throttle:\n  listeners:\n    - address: a\n      backlog: 13\n",
            "f:4:16: throttle.listeners[0].backlog: an unlucky number"
        ),
        Case(
            "throttle:\n  listeners:\n    - adress: a\n  limit: 60s\nsrs: 1\n",
            """
            f:3:7: throttle.listeners[0].address: required, but not given
            f:3:7: throttle.listeners[0].adress: unknown key; did you mean 'address'?
            f:4:10: throttle.limit: expected 10ms to 25s, found 60s
            f:5:1: srs: unknown key
            """
        ),
    ]

    @Test(arguments: parts) func faultsOfAllPartsComeTogether(_ example: Case) {
        #expect(example.outcome { _ = $0.mapping("throttle", as: Throttle.self) } == example.errors)
    }

    @Test func valuesAndDefaultsAreRead() throws {
        let text = "throttle:\n  limit: 5s\n  listeners:\n    - {address: a, backlog: 7}\n    - address: b\n"
        let document = try ConfigurationDocument(text: text, file: "f")
        let throttle = try document.read(Throttle.self, at: "throttle")
        #expect(throttle.limit == .seconds(5))
        #expect(throttle.names == ["all"])
        #expect(throttle.listeners.map(\.address) == ["a", "b"])
        #expect(throttle.listeners.map(\.backlog) == [7, 100])
    }

    @Test func aMissingPartTakesItsDefaults() throws {
        let document = try ConfigurationDocument(text: "{}", file: "f")
        #expect(try document.read(Throttle.self, at: "throttle").limit == .seconds(2))
    }

    @Test func aServiceLeavesOtherPartsAlone() throws {
        let document = try ConfigurationDocument(text: "throttle: {}\ngreylist: {x: [1]}", file: "f")
        _ = try document.read(Throttle.self, at: "throttle", otherKeys: .known(["greylist"]))
        _ = try document.read(Throttle.self, at: "throttle", otherKeys: .ignored)
        let errors = #expect(throws: ConfigurationErrors.self) {
            try document.read(Throttle.self, at: "throttle", otherKeys: .known(["greylists"]))
        }
        #expect(errors?.description == "f:2:1: greylist: unknown key; did you mean 'greylists'?")
    }

    @Test func twoReadersOfOnePartEachKnowTheirKeys() {
        let example = Case("common: {a: 1, b: x, c: 3}", "")
        let outcome = example.outcome { root in
            _ = root.mapping("common").int("a")
            _ = root.mapping("common").int("b")
            _ = root.mapping("common").int("b")
        }
        #expect(outcome == "f:1:19: common.b: expected a whole number, found x\nf:1:22: common.c: unknown key")
    }

    @Test func namesChosenByTheAdministratorKeepTheirOrder() throws {
        let text = "zones:\n  z.example: {address: a}\n  b.example:\n    address: b\n  a: {address: c}\n"
        let document = try ConfigurationDocument(text: text, file: "f")
        let zones = try document.read { $0.mappings("zones", of: Listener.self) }
        #expect(zones.map(\.name) == ["z.example", "b.example", "a"])
        #expect(zones.map(\.value.address) == ["a", "b", "c"])
    }

    @Test func namesWithDotsAreQuotedInErrors() {
        let example = Case("zones:\n  z.example: {adres: a}\n", "")
        let outcome = example.outcome { _ = $0.mappings("zones", of: Listener.self) }
        let expected = """
            f:2:14: zones."z.example".address: required, but not given
            f:2:15: zones."z.example".adres: unknown key; did you mean 'address'?
            """
        #expect(outcome == expected)
    }

    @Test func itemsMayBeTextOrMappings() throws {
        let document = try ConfigurationDocument(text: "to: [a, {address: b}, 3]", file: "f")
        let addresses = try document.read { root in
            root.list("to") { item in
                item.isMapping ? Listener(from: item.mapping()).address : item.value(as: .string)
            }
        }
        #expect(addresses == ["a", "b", "3"])
    }

    @Test func presenceIsTold() throws {
        try ConfigurationDocument(text: "a:\nb: 1\n", file: "f").read { root in
            #expect(root.has("a") && root.has("b") && !root.has("c"))
            #expect(root.mapping("a").isPresent)
            #expect(!root.mapping("c").isPresent)
            #expect(root.optionalMapping("c")?.path == nil)
            #expect(root.optionalString("c") == nil)
        }
    }

    static let checks = [
        Case("a: 1", "f:1:4: a: wrong"),
        Case("b: 1", "f:1:1: a: wrong\nf:1:1: b: unknown key"),
    ]

    @Test(arguments: checks) func callersReportTheirOwnFaults(_ example: Case) {
        #expect(example.outcome { $0.report("a", "wrong") } == example.errors)
        let whole = Case("m: {}", "f:1:4: m: wrong")
        #expect(whole.outcome { $0.mapping("m").report("wrong") } == whole.errors)
    }

    @Test func aStandInDoesNotComplainFurther() {
        let example = Case("m: 1", "f:1:4: m: expected a mapping, found 1")
        let outcome = example.outcome { root in
            let mapping = root.mapping("m")
            _ = mapping.string("required")
            _ = mapping.mapping("inner").string("required")
            mapping.report("wrong")
        }
        #expect(outcome == example.errors)
    }

    @Test func requiredKeysOfAMissingMappingAreNamed() {
        let example = Case("x: {}", "f:1:1: m.inner.key: required, but not given")
        let outcome = example.outcome { root in
            root.expect("x")
            _ = root.mapping("m").mapping("inner").int("key")
        }
        #expect(outcome == example.errors)
    }
}
