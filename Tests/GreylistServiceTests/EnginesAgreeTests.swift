import DatabaseFixture
import MailTypes
import SQLStore
import ServiceProtocol
import SuiteFixture
import Testing

@testable import Greylist

/// The same random attempts, verbs and time steps on the pure decision and on the three engines: the same verdicts, and
/// in the end the same is remembered.
@Suite struct EnginesAgreeTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func agreement(seed: UInt64) async throws {
        let clock = FakeClock()
        let benches = try TestEngine.allCases.map { try Bench(TestDatabase($0), clock: clock) }
        var model = GreylistModel()
        var random = SeededGenerator(seed: seed)
        for step in 0..<250 {
            let action = RandomAction(&random)
            let expected = model.perform(action, clock)
            for (engine, bench) in zip(TestEngine.allCases, benches) {
                let outcome = await bench.perform(action)
                #expect(outcome == expected, "seed \(seed), step \(step), \(engine): \(action)")
            }
            guard step % 50 == 49 else { continue }
            for (engine, bench) in zip(TestEngine.allCases, benches) {
                #expect(
                    await bench.remembered() == model.remembered(at: clock.now), "seed \(seed), step \(step), \(engine)"
                )
            }
        }
    }
}

/// One thing that happens.
enum RandomAction {
    case attempt(client: String, sender: String, recipient: String)
    case pass(seconds: Int)
    case forget(client: String)
    case set(isActive: Bool)

    private static let long = String(repeating: "x", count: 300)
    private static let senders = [
        "a@s.example", "A@S.Example", "e@s.example", "é@s.example", "", "no address", "no address ", long + "1",
        long + "2",
    ]
    private static let seconds = [1, 60, 300, 900, 901, 43_200, 86_401, 172_801, 1_300_000, 2_592_001]

    init(_ random: inout SeededGenerator) {
        let client = "192.0.2.\(Int.random(in: 1...4, using: &random))"
        switch Int.random(in: 0..<20, using: &random) {
        case 0: self = .forget(client: client)
        case 1: self = .set(isActive: Bool.random(using: &random))
        case 2...6: self = .pass(seconds: Self.seconds.randomElement(using: &random) ?? 1)
        default:
            let recipient = "r\(Int.random(in: 0..<2, using: &random))@r.example"
            self = .attempt(
                client: client, sender: Self.senders.randomElement(using: &random) ?? "", recipient: recipient)
        }
    }
}

/// What greylisting says and remembers by its pure decision alone.
struct GreylistModel {
    private static let timing = GreylistTiming(
        blockFor: 900, unauthTripletExpires: 172_800, authTripletExpires: 2_592_000)
    private var clients: [String: PassedClient] = [:]
    private var triplets: [Triplet: WaitingTriplet] = [:]
    private var isActive = true

    mutating func perform(_ action: RandomAction, _ clock: FakeClock) -> String {
        switch action {
        case .pass(let seconds): clock.advance(seconds)
        case .set(let isActive): self.isActive = isActive
        case .forget(let client):
            clients[client] = nil
            triplets = triplets.filter { $0.key.client != client }
        case .attempt(let client, let sender, let recipient):
            return attempt(
                Triplet(client: client, sender: Self.normal(sender), recipient: recipient), at: clock.now)
        }
        return "done"
    }

    private static func normal(_ sender: String) -> String {
        EnvelopeAddress(parsing: sender).description
    }

    private mutating func attempt(_ triplet: Triplet, at now: Int) -> String {
        let client = clients[triplet.client]
        guard isActive || client?.isKnown(at: now) == true else { return "none off by @. -> @." }
        let step = Self.timing.decide(client: client, triplet: triplets[triplet], now: now)
        clients[triplet.client] = step.client
        triplets[triplet] = step.triplet
        if step.clearsWaiting { triplets = triplets.filter { $0.key.client != triplet.client } }
        let verdict = "\(step.decision.isRefusal ? "451" : "none") \(step.decision.reason)"
        return verdict.replacing("triplet expired, as new", with: "new triplet")
    }

    func remembered(at now: Int) -> Set<[String]> {
        let passed = clients.filter { $0.value.isKnown(at: now) }.map {
            [$0.key, "passed", "", "", "\($0.value.initTime)", "", "\($0.value.recordExpired)", ""]
        }
        let waiting = triplets.filter { $0.value.recordExpired >= now }.map { triplet, times in
            [
                triplet.client, "waiting", shown(triplet.sender), triplet.recipient, "\(times.initTime)",
                "\(times.blockExpired)", "\(times.recordExpired)", "\(times.blockedCount)",
            ]
        }
        return Set(passed + waiting)
    }

    /// Of a long one only what is kept of it; the hash at its end is each database's own. Two of them have the same
    /// beginning, and are told apart by what else the row says.
    private func shown(_ sender: String) -> String {
        sender.unicodeScalars.count > 255 ? String(sender.unicodeScalars.prefix(222)) : sender
    }
}

extension Bench {
    fileprivate func perform(_ action: RandomAction) async -> String {
        switch action {
        case .pass: return "done"
        case .forget(let client): return await verb("delete", ["what": "tracking", "client": client])
        case .set(let isActive): return await verb("set", ["what": "setting", "active": isActive ? "1" : "0"])
        case .attempt(let client, let sender, let recipient):
            // Whether the cleaning has come by is not to be seen in the verdict.
            return await outcome(client, from: sender, to: recipient)
                .replacing("triplet expired, as new", with: "new triplet")
        }
    }

    private func verb(_ verb: String, _ arguments: [String: String]) async -> String {
        let reply = await administer(verb, arguments)
        return reply == .done ? "done" : "\(reply)"
    }

    fileprivate func remembered() async -> Set<[String]> {
        guard case .done(_, let rows, nil) = await administer("list", ["what": "tracking"]) else {
            return [["no list"]]
        }
        return Set(
            rows.filter { Int($0[6]).map { $0 >= clock.now } ?? false }.map { row in
                var row = row
                row[2] = row[2].replacing(/~[0-9a-f]{32}$/, with: "")
                return row
            })
    }
}
