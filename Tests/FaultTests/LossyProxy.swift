import SuiteFixture
import Synchronization

/// Stands between Postfix and the frontend and loses what it is given: sometimes the request, sometimes the reply.
/// Either way the connection closes, as when the frontend dies.
final class LossyProxy: Sendable {
    enum Fate {
        case requestLost, replyLost, carried
    }

    /// Where clients connect.
    var port: Int { listening.number }
    private let listening: ListeningPort
    private let upstream: Int
    private let generator: Mutex<SeededGenerator>
    private let lost = Atomic(0)

    /// A proxy before the frontend at the port `upstream`.
    init(upstream: Int, seed: UInt64) throws {
        listening = try ListeningPort()
        self.upstream = upstream
        generator = Mutex(SeededGenerator(seed: seed))
    }

    /// How many replies were lost.
    var lostReplies: Int { lost.load(ordering: .relaxed) }

    /// Serves connections one after the other until `isDone`; several threads do so at once.
    func serve(until isDone: borrowing Atomic<Bool>) {
        while !isDone.load(ordering: .relaxed) {
            guard let client = listening.accept(withinMilliseconds: 50, timeout: 2) else { continue }
            guard let frontend = Socket(.tcp(upstream), timeout: 12) else { continue }
            while carry(from: client, to: frontend) {}
        }
    }

    private func carry(from client: Socket, to frontend: Socket) -> Bool {
        guard let request = client.receive(through: "\n\n") else { return false }
        let fate = nextFate()
        guard fate != .requestLost, frontend.send(request), let reply = frontend.receive(through: "\n\n") else {
            return false
        }
        guard fate == .carried else {
            lost.add(1, ordering: .relaxed)
            return false
        }
        return client.send(reply)
    }

    private func nextFate() -> Fate {
        generator.withLock { generator in
            switch Int.random(in: 0..<100, using: &generator) {
            case 0..<3: .requestLost
            case 3..<13: .replyLost
            default: .carried
            }
        }
    }
}
