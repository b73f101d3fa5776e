import SuiteFixture
import Testing

/// Requests captured from a real Postfix, in every way a stream can be cut: each is answered once, in order.
@Suite(.serialized) struct CorpusTests {
    enum Cut: CaseIterable {
        case wholeRequests, singleBytes, sevenBytes, oneWrite

        func pieces(of requests: [String]) -> [[UInt8]] {
            let stream = requests.flatMap { Array($0.utf8) }
            return switch self {
            case .wholeRequests: requests.map { Array($0.utf8) }
            case .singleBytes: stream.map { [$0] }
            case .sevenBytes:
                stride(from: 0, to: stream.count, by: 7).map { Array(stream[$0..<min($0 + 7, stream.count)]) }
            case .oneWrite: [stream]
            }
        }
    }

    /// The answer names the protocol state, so that an answer in the wrong place shows.
    private static let states = ["CONNECT", "EHLO", "HELO", "MAIL", "RCPT", "DATA", "END-OF-MESSAGE", "VRFY", "ETRN"]

    private static let namingPolicy = """
          policies:
            default:

        """
        + states.map { "      \($0): [{ check: score-action, threshold: 0, action: \"INFO at \($0)\" }]\n" }.joined()

    @Test(arguments: Cut.allCases) func everyRequestIsAnsweredOnceAndInOrder(cut: Cut) throws {
        let requests = PolicyCorpus.requests
        #expect(requests.count > 40)
        let suite = try Suite(frontend: Self.namingPolicy)
        let expected = requests.map { request in
            let state = PolicyCorpus.value(of: "protocol_state", in: request)
            return Self.states.contains(state) ? "INFO at \(state)" : "DUNNO"
        }
        #expect(Set(expected).count > 5)
        for address in [Socket.Address.tcp(suite.policyPort), .unix(suite.policySocket)] {
            let answers = try Self.exchange(requests, cut, with: address)
            #expect(answers == expected, "\(address)")
        }
    }

    /// With the shipped policy, so that the services are asked.
    @Test(arguments: Cut.allCases) func theShippedPolicyAnswersEveryRequestOnce(cut: Cut) throws {
        let requests = PolicyCorpus.requests
        let suite = try Suite()
        for address in [Socket.Address.tcp(suite.policyPort), .unix(suite.policySocket)] {
            let answers = try Self.exchange(requests, cut, with: address)
            #expect(answers.count == requests.count, "\(address)")
            let unexpected = answers.filter { $0 != "DUNNO" && !$0.hasPrefix("451 4.7.1 ") && !$0.hasPrefix("REJECT ") }
            #expect(unexpected.isEmpty, "\(address)")
        }
        #expect(suite.log.firstRange(of: "DEFER_IF_PERMIT") == nil)
    }

    private static func exchange(
        _ requests: [String], _ cut: Cut, with address: Socket.Address
    ) throws -> [String] {
        guard let socket = Socket(address, timeout: 10) else { throw FixtureError("nobody listens on \(address)") }
        for piece in cut.pieces(of: requests) {
            guard socket.send(piece) else { throw FixtureError("closed while sending") }
        }
        let answers = requests.indices.compactMap { _ in socket.receiveAction() }
        #expect(socket.isQuiet(forMilliseconds: 50), "more came than was asked for")
        return answers
    }
}
