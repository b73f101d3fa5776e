import PostfixProtocol
import Testing

@testable import Frontend

@Suite struct AppliesToTests {
    struct Sender: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let attributes: [PolicyAttribute: String]
        let asked: String
    }

    @Test(arguments: [
        Sender(testDescription: "a stranger", attributes: [:], asked: "all unauthenticated"),
        Sender(testDescription: "a user", attributes: [.saslUsername: "u@example.com"], asked: "all authenticated"),
        Sender(testDescription: "a trusted client", attributes: [.clientAddress: "198.51.100.7"], asked: "all"),
        Sender(testDescription: "this host", attributes: [.clientAddress: "127.0.0.1"], asked: "all"),
        Sender(
            testDescription: "a user at a trusted client",
            attributes: [.clientAddress: "198.51.100.7", .saslUsername: "u@example.com"], asked: "all authenticated"),
        Sender(
            testDescription: "no address", attributes: [.clientAddress: "unknown"], asked: "all unauthenticated"),
    ])
    func itIsDecidedBeforeAnythingIsAsked(_ sender: Sender) throws {
        let checks = AppliesTo.allCases.map { applies in
            PolicyCheck.make(applies.rawValue, of: "x") { $0.appliesTo = applies }
        }
        .sorted { $0.name < $1.name }
        var dialog = try PolicyDialog(rcpt: checks, trusted: ["198.51.100.0/24"])
        let expected = sender.asked.split(separator: " ").sorted().joined(separator: " ")
        #expect(dialog.rcpt(sender.attributes) == ["ask x: \(expected)"])
    }

    @Test func factsOfAChecksThatDoesNotApplyAreNotAsked() throws {
        var dialog = try PolicyDialog(rcpt: [
            .make("a", wants: ["local:recipient"]) { $0.appliesTo = .authenticated }
        ])
        #expect(dialog.rcpt() == ["answer DUNNO"])
    }
}
