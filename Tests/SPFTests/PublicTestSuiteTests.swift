import Glibc
import MailTypes
import SPF
import Testing

/// The public test suite for RFC 7208. It is not part of this project: `scripts/fetch-spf-tests` puts it where it is
/// looked for here.
@Suite struct PublicTestSuiteTests {
    private static let path: String = {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/\(root)/.build/spf-tests/rfc7208-tests.yml"
    }()

    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var query: SPFQuery
        var zone: @Sendable () -> ZoneData
        var results: [String]
        var explanation: String?

        var testDescription: String { name }
    }

    private static func cases() throws -> [Case] {
        try YAMLTree.documents(path: path).flatMap { document -> [Case] in
            let zone = ZoneData(document["zonedata"] ?? .list([]))
            return try (document["tests"]?.entries ?? []).map { name, test in
                let client = try #require(IPAddress(parsing: test["host"]?.text ?? ""))
                let query = SPFQuery(
                    client: client, sender: test["mailfrom"]?.text ?? "", helo: test["helo"]?.text ?? "",
                    receiver: "mx.receiver.example", time: 1_700_000_000)
                return Case(
                    name: name, query: query, zone: { zone }, results: test["result"]?.texts ?? [],
                    explanation: test["explanation"]?.text)
            }
        }
    }

    @Test func agreesInAllCases() throws {
        guard access(Self.path, R_OK) == 0 else {
            Issue.record("the public test suite is missing; scripts/fetch-spf-tests fetches it")
            return
        }
        let cases = try Self.cases()
        var agreed = 0
        for test in cases {
            let outcome = test.zone().evaluate(test.query).outcome
            let isRight = test.results.contains(outcome.result.rawValue)
            #expect(isRight, "\(test.name): \(outcome), expected \(test.results)")
            var isExplained = true
            if let explanation = test.explanation {
                isExplained = (outcome.explanation ?? "DEFAULT") == explanation
                #expect(isExplained, "\(test.name): \(outcome.explanation ?? "DEFAULT"), expected \(explanation)")
            }
            if isRight, isExplained { agreed += 1 }
        }
        print("RFC 7208 test suite: \(agreed) of \(cases.count) cases agree")
        #expect(cases.count >= 200)
        #expect(agreed == cases.count)
    }
}
