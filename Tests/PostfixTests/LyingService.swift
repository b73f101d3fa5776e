import SuiteFixture
import Synchronization

/// A custom service with the checks `first` and `second` that keeps to the protocol, or not.
///
/// Its honest verdict: `second` refuses senders whose name begins with `refused`.
final class LyingService: Sendable {
    /// What it does with each question.
    enum Conduct: String, CaseIterable, Sendable {
        case honest
        /// No answer about `first`.
        case missingVerdict
        /// Two answers about `first`.
        case doubledVerdict
        /// A verdict and an error about `first`.
        case verdictAndError
        /// Instead of `first`, a check that is not there.
        case unknownCheck
        /// Instead of `first`, another service's check.
        case othersCheck
        /// What is no action of Postfix.
        case noAction
        /// A score that is no number.
        case noScore
        /// The attribute `id` twice.
        case doubledName
        /// The wrong id: that of an earlier question.
        case earlierID
        /// An id that no question had.
        case neverIssuedID
        /// Bytes without a meaning.
        case garbage
        /// A line of 2 MiB.
        case hugeReply
        /// The connection is closed.
        case close
        /// No answer.
        case silence
        /// A refusal by `first` with line ends and other control characters in its text.
        case controlCharacters
    }

    private let server: LineServer
    private let state: State

    private final class State: Sendable {
        let conduct = Mutex(Conduct.honest)
    }

    /// One that listens at `path`.
    init(path: String) throws {
        let state = State()
        self.state = state
        server = try LineServer(path: path) { connection in
            var message: [String: String] = [:]
            while let line = connection.line() {
                let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if parts.count == 2 {
                    message[String(parts[0])] = String(parts[1])
                } else if line.isEmpty {
                    guard let reply = Self.reply(to: message, state.conduct.withLock { $0 }) else { return }
                    connection.send(reply)
                    message = [:]
                }
            }
        }
    }

    deinit { stop() }

    /// Ends it.
    func stop() { server.stop() }

    /// From now on.
    func behave(_ conduct: Conduct) { state.conduct.withLock { $0 = conduct } }

    /// Nil to close the connection.
    private static func reply(to message: [String: String], _ conduct: Conduct) -> String? {
        let head = "protocol=1\nid=\(message["id"] ?? "")\n"
        guard message["request"] == "check" else { return "\(head)service=neighbours\nchecks=first second\n\n" }
        let isRefused = message["sender"]?.hasPrefix("refused") ?? false
        let second = "verdict.second=\(isRefused ? "550 5.7.1 refused by second" : "none")\n\n"
        switch conduct {
        case .honest: return "\(head)verdict.first=none\n\(second)"
        case .missingVerdict: return head + second
        case .doubledVerdict: return "\(head)verdict.first=none\nverdict.first=REJECT\n\(second)"
        case .verdictAndError: return "\(head)verdict.first=none\nerror.first=perhaps\n\(second)"
        case .unknownCheck: return "\(head)verdict.third=REJECT\n\(second)"
        case .othersCheck: return "\(head)verdict.throttle=REJECT\n\(second)"
        case .noAction: return "\(head)verdict.first=PERHAPS\n\(second)"
        case .noScore: return "\(head)verdict.first=none\nscore.first=many\n\(second)"
        case .doubledName: return "\(head)reason.first=a\nreason.first=b\nverdict.first=REJECT\n\(second)"
        case .earlierID: return "protocol=1\nid=0\nverdict.first=REJECT\n\(second)"
        case .neverIssuedID: return "protocol=1\nid=18446744073709551615\nverdict.first=REJECT\n\(second)"
        case .garbage: return "\u{1}\u{7f}HTTP/1.1 400 Bad Request\r\n\r\n"
        case .hugeReply: return "\(head)reason.first=\(String(repeating: "x", count: 2 << 20))\n\(second)"
        case .close: return nil
        case .silence: return ""
        case .controlCharacters: return "\(head)verdict.first=550 5.7.1 no%0D%0A250 2.0.0 yes%1B[31m\n\(second)"
        }
    }
}
