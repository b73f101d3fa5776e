import SuiteFixture
import Synchronization
import Testing

/// Instances of one service that were upgraded one after the other, as the frontend sees them.
@Suite struct MixedVersionsTests {
    /// Plays one instance on one connection at a time: says this hello, and answers each check with this verdict.
    private static func serve(
        _ listener: ListeningPath, hello: String, verdict: String, until isDone: borrowing Atomic<Bool>
    ) {
        while !isDone.load(ordering: .relaxed) {
            guard let socket = listener.accept(withinMilliseconds: 50, timeout: 1) else { continue }
            while !isDone.load(ordering: .relaxed) {
                guard let request = socket.receive(through: "\n\n") else { break }
                let id = PolicyCorpus.value(of: "id", in: request)
                let isHello = PolicyCorpus.value(of: "request", in: request) == "hello"
                socket.send(isHello ? hello : "protocol=1\nid=\(id)\nverdict.mood=\(verdict)\nshade.mood=blue\n\n")
            }
        }
    }

    private final class Shared: Sendable {
        let isDone = Atomic(false)
        let answers = Mutex<[String?]>([])
    }

    @Test func minorVersionsMixAndAnotherMajorVersionIsRefused() throws {
        let directory = try TemporaryDirectory()
        let names = ["old", "minor", "major"]
        let listeners = try names.map { try ListeningPath("\(directory.path)/\($0)") }
        let common = "id=0\nservice=mood\nchecks=mood\n"
        let hellos = [
            "protocol=1\n\(common)version=0.1.0\n\n", "protocol=1\n\(common)version=0.9.3\ncolour=blue\n\n",
            "protocol=2\n\(common)version=2.0.0\n\n",
        ]
        let endpoints = names.map { "\"unix:\(directory.path)/\($0)\"" }.joined(separator: ", ")
        let suite = try Suite(
            frontend: """
                  services:
                    mood: { endpoints: [\(endpoints)], checks: [{ name: mood }] }
                  policies:
                    default: { RCPT: [{ check: mood, on-failure: defer }] }
                """)
        let shared = Shared()
        inParallel(4) { number in
            if number < 3 {
                Self.serve(
                    listeners[number], hello: hellos[number], verdict: "450 from \(names[number])",
                    until: shared.isDone)
            } else {
                let client = PolicyClient(.tcp(suite.policyPort))
                for sender in 0..<100 {
                    let answer = client.ask(
                        PolicyClient.request(["protocol_state": "RCPT", "sender": "s\(sender)@example.net"]))
                    shared.answers.withLock { $0.append(answer) }
                }
                let refusals = { suite.logLines(with: "mood at \(directory.path)/major is not asked: ") }
                eventually { !refusals().isEmpty }
                shared.isDone.store(true, ordering: .relaxed)
            }
        }
        #expect(Set(shared.answers.withLock { $0 }) == ["450 from old", "450 from minor"])
        let refusals = suite.logLines(with: "is not asked: it speaks another version of the protocol")
        #expect(refusals.count == 1, "\(refusals)")
        #expect(refusals.first?.contains("\(directory.path)/major") == true)
    }
}
