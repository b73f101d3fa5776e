import Testing

@testable import Frontend

@Suite struct StageTests {
    /// Checks `a`, `b`, ... with the stages and questions they are cut into: stages are separated by ` | `, questions
    /// by `, `.
    struct Cut: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let checks: [PolicyCheck]
        let stages: String
    }

    static let cuts = [
        Cut(testDescription: "nothing", checks: [], stages: ""),
        Cut(testDescription: "one", checks: [.make("a")], stages: "a"),
        Cut(testDescription: "in parallel", checks: [.make("a"), .make("b")], stages: "a, b"),
        Cut(
            testDescription: "one request per service", checks: [.make("a", of: "x"), .make("b"), .make("c", of: "x")],
            stages: "a+c, b"),
        Cut(testDescription: "before recording", checks: [.make("a"), .make("b", records: true)], stages: "a | b"),
        Cut(testDescription: "recording first", checks: [.make("a", records: true), .make("b")], stages: "a, b"),
        Cut(
            testDescription: "recording neighbours of one service",
            checks: [.make("a"), .make("b", of: "x", records: true), .make("c", of: "x", records: true)],
            stages: "a | b+c"),
        Cut(
            testDescription: "recording neighbours of two services",
            checks: [.make("a", records: true), .make("b", records: true)], stages: "a | b"),
        Cut(
            testDescription: "recording, but not neighbours",
            checks: [.make("a", of: "x", records: true), .make("b"), .make("c", of: "x", records: true)],
            stages: "a, b | c"),
        Cut(
            testDescription: "recording neighbours that cannot share a request",
            checks: [
                .make("a", of: "x", records: true, asksNetwork: true), .make("b", of: "x", records: true),
            ], stages: "a! | b"),
        Cut(
            testDescription: "before the network", checks: [.make("a"), .make("b", asksNetwork: true)],
            stages: "a | b!"),
        Cut(
            testDescription: "network neighbours run together",
            checks: [.make("a", asksNetwork: true), .make("b", asksNetwork: true)], stages: "a!, b!"),
        Cut(
            testDescription: "a network request of its own",
            checks: [
                .make("a", of: "x", asksNetwork: true), .make("b", of: "x"), .make("c", of: "x", asksNetwork: true),
            ],
            stages: "a!, b | c!"),
        Cut(
            testDescription: "uses a fact", checks: [.make("a", provides: ["fact.x"]), .make("b", uses: ["fact.x"])],
            stages: "a | b"),
        Cut(
            testDescription: "uses what an earlier stage gave",
            checks: [.make("a", provides: ["v"]), .make("b", records: true), .make("c", uses: ["v"])],
            stages: "a | b, c"),
        Cut(
            testDescription: "uses the score", checks: [.make("a"), .scoreAction(at: 1, "REJECT"), .make("b")],
            stages: "a | b"),
        Cut(
            testDescription: "recording, but uses what its neighbour gives",
            checks: [.make("a", of: "x", records: true), .make("b", of: "x", records: true, uses: ["score"])],
            stages: "a | b"),
        Cut(
            testDescription: "the frontend's own share a stage",
            checks: [.scoreAction(at: 1, "HOLD"), .scoreAction(at: 2, "REJECT"), .make("a")], stages: "a"),
    ]

    @Test(arguments: cuts) func aPolicyIsCut(_ cut: Cut) {
        let text = Stage.cut(cut.checks).map { stage in
            stage.questions.map { question in
                question.checks.map { cut.checks[$0].name }.joined(separator: "+") + (question.asksNetwork ? "!" : "")
            }.joined(separator: ", ")
        }.joined(separator: " | ")
        #expect(text == cut.stages)
    }

    @Test(arguments: cuts) func theStagesAreTheWholeListInItsOrder(_ cut: Cut) {
        #expect(Stage.cut(cut.checks).flatMap { Array($0.checks) } == Array(cut.checks.indices))
    }

    @Test func aQuestionSumsUpItsChecks() throws {
        let stages = Stage.cut([
            .make("a", of: "x") { $0.limit = 700 }, .make("b", of: "x") { $0.limit = 900 },
            .make("c") { $0.limit = 800 },
            .make("d", records: true, isKeyed: true) { $0.limit = 100 },
        ])
        #expect(stages.map(\.limit) == [900, 100])
        #expect(stages.flatMap(\.questions).map(\.limit) == [900, 800, 100])
        #expect(stages.flatMap(\.questions).map(\.records) == [false, false, true])
        #expect(stages.flatMap(\.questions).map(\.isKeyed) == [false, false, true])
    }
}
