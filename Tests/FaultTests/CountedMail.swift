import PostfixProtocol
import ServiceProtocol
import SuiteFixture
import Synchronization

/// Mail of several accounts at END-OF-MESSAGE, each message with an instance of its own.
struct CountedMail: Sendable {
    let accounts: Int
    let messages: Int

    func account(_ message: Int) -> String { "user\(message % accounts)@example.com" }

    /// How many messages an account offers.
    func offered(_ account: String) -> Int {
        (0..<messages).count { self.account($0) == account }
    }

    private func attributes(_ message: Int) -> [PolicyAttribute: String] {
        [
            .request: "smtpd_access_policy", .protocolState: "END-OF-MESSAGE", .clientAddress: "192.0.2.1",
            .clientPort: "\(1_024 + message % 60_000)", .sender: account(message), .saslUsername: account(message),
            .recipient: "to\(message)@example.net", .recipientCount: "1", .size: "1000", .instance: "m.\(message).0",
        ]
    }

    /// The request as Postfix would send it.
    func request(_ message: Int) -> String {
        attributes(message).sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.key.name)=\($0.value)\n" }.joined() + "\n"
    }

    /// The message's recording key under the policy `default`, in hexadecimal.
    func key(_ message: Int) -> String {
        RecordingKey(policy: "default", request: PolicyRequest.make(attributes(message)))?.description ?? ""
    }
}

/// What each message was answered.
final class Answers: Sendable {
    private let byMessage = Mutex<[Int: String]>([:])

    func record(_ message: Int, _ answer: String?) {
        byMessage.withLock { $0[message] = answer ?? "no answer" }
    }

    var all: [Int: String] { byMessage.withLock { $0 } }

    var count: Int { byMessage.withLock { $0.count } }
}
