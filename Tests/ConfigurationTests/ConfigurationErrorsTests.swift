import Configuration
import Testing

@Suite struct ConfigurationErrorsTests {
    private func error(_ line: Int, _ column: Int, _ message: String) -> ConfigurationError {
        ConfigurationError(
            location: ConfigurationLocation(file: "f", line: line, column: column),
            path: .root.appending(key: "k"),
            message: message
        )
    }

    @Test func errorsAreSortedByPlaceAndGivenOnce() {
        let errors = ConfigurationErrors([
            error(10, 1, "d"), error(2, 9, "c"), error(2, 1, "b"), error(2, 1, "a"), error(2, 9, "c"),
        ])
        #expect(errors.description == "f:2:1: k: b\nf:2:1: k: a\nf:2:9: k: c\nf:10:1: k: d")
    }

    @Test(
        arguments: [
            ([.key("a"), .index(3), .key("b-c_1")], "a[3].b-c_1"), ([.key("a.b"), .key("c")], "\"a.b\".c"),
            ([.key("")], "\"\""), ([.key("x"), .key("say \"hi\"")], "x.\"say \\\"hi\\\"\""), ([], ""),
        ] as [([ConfigurationPath.Step], String)])
    func pathsArePrinted(_ steps: [ConfigurationPath.Step], _ text: String) {
        #expect(ConfigurationPath(steps: steps).description == text)
    }

    @Test func anErrorOfTheFileHasNeitherLineNorKey() {
        let error = ConfigurationError(location: ConfigurationLocation(file: "f"), message: "m")
        #expect(error.description == "f: m")
    }
}
