import Glibc
import SuiteFixture
import Synchronization

/// Clients that ask all along, as Postfix's processes do: a recipient, then the end of a message.
struct Traffic {
    /// Messages that were answered.
    let messages: Int
    /// Replies that a service that works would not have given.
    let unexpected: [String]

    /// The account all messages count for.
    static let account = "anna@example.com"

    /// Lets `clients` ask while `work` runs, and returns what they were told.
    ///
    /// - Parameter tries: how often a client asks again on a new connection; Postfix does it twice.
    static func flows(
        on machine: Machine, clients: Int = 4, tries: Int = 2, while work: @escaping @Sendable () -> Void
    ) throws -> Traffic {
        try machine.require(
            "postern", "throttle", "set", "--account", account, "--period", "86400", "--max-msgs", "1000000")
        let shared = Shared()
        inParallel(clients + 1) { number in
            if number == clients {
                work()
                shared.isDone.store(true, ordering: .relaxed)
            } else {
                let client = PolicyClient(machine.policy, tries: tries, pause: 200_000)
                while !shared.isDone.load(ordering: .relaxed) {
                    shared.ask(client, client: number)
                    usleep(20_000)
                }
            }
        }
        return shared.result
    }

    private final class Shared: Sendable {
        let isDone = Atomic(false)
        private let asked = Atomic(0)
        private let unexpected = Mutex<[String]>([])

        var result: Traffic {
            Traffic(messages: asked.load(ordering: .relaxed), unexpected: unexpected.withLock { $0 })
        }

        func ask(_ client: PolicyClient, client number: Int) {
            let message = asked.add(1, ordering: .relaxed).newValue
            let recipient = client.ask(
                PolicyClient.request([
                    "protocol_state": "RCPT", "client_address": "192.0.2.\(number)",
                    "sender": "s\(message)@example.net",
                    "recipient": "bob@example.com",
                ]))
            expect(recipient, "451 4.7.1 Intentional policy rejection, please try again later")
            let end = client.ask(
                PolicyClient.request([
                    "protocol_state": "END-OF-MESSAGE", "client_address": "192.0.2.1", "sasl_username": account,
                    "sender": account, "recipient": "b@example.net", "recipient_count": "1", "size": "1000",
                    "instance": "m\(message)",
                ]))
            expect(end, "DUNNO")
        }

        private func expect(_ reply: String?, _ expected: String) {
            guard reply != expected else { return }
            unexpected.withLock { $0.append(reply ?? "no reply instead of \(expected)") }
        }
    }
}

extension Machine {
    /// The messages that throttling has counted for the traffic's account.
    func countedMessages() throws -> Int? {
        let table = try require("postern", "throttle", "counters", "--account", Traffic.account)
        let rows = table.split(separator: "\n").map { $0.split(separator: " ") }
        guard rows.count == 2, let column = rows[0].firstIndex(of: "cur_msgs") else { return nil }
        return Int(rows[1][column])
    }

    /// kill -9 of a service each time it has come up again.
    func crash(_ unit: String, times: Int) -> Int {
        var crashes = 0
        var last: pid_t?
        while crashes < times {
            let isUp = eventually(within: 20) {
                guard let process = self.process(of: unit), process != last else { return false }
                return self.isActive(unit)
            }
            // Time for some answers, or each crash would only interrupt a start.
            usleep(100_000)
            guard isUp, let process = process(of: unit), kill(process, SIGKILL) == 0 else { break }
            last = process
            crashes += 1
        }
        return crashes
    }
}
