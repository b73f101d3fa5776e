import Frontend
import NIOCore
import PostfixProtocol
import ServiceProtocol
import ServiceTransport

/// The real policy engine and the real service clients against fake services, one event after the other on a clock of
/// its own. The same seed always takes the same way.
public final class Simulation {
    enum Event {
        case request(mail: Int)
        case repeated(PolicyRequest)
        case connected(Connection)
        case refused(Connection)
        case toServer(Connection, ByteBuffer)
        case toClient(Connection, ByteBuffer)
        case closedAtServer(Connection)
        case closedAtClient(Connection, String)
        case begin(Work)
        case commit(Work)
        case reply(Work)
        case clientWake(Int)
        case engineWake
        case fault(Scenario.Fault)
        case recover(FakeProcess)
        case thaw(FakeProcess)
        case kill(FakeProcess, generation: Int)
    }

    enum Task {
        case client(Int, ServiceClientState.Action)
        case engine(PolicyEngine.Action)
    }

    let seed: UInt64
    let sabotage: Sabotage?
    let isTraced: Bool
    let scenario: Scenario
    let policies: PolicySet

    var random: SplitMix64
    var now = 0
    var wallClock = 1_700_000_000
    var queue = EventQueue<Event>()
    var tasks: [Task] = []
    var events = 0
    var violations: [String] = []
    var trace: [String] = []

    var engine: PolicyEngine
    var engineWakeAt = Int.max
    var clients: [ServiceClientState]
    var clientWakeAt: [Int]
    var processes: [[FakeProcess]] = []
    var connections: [ConnectionName: Connection] = [:]
    var stores: [FakeStore]
    var mails: [Mail]
    var nextTag: UInt64 = 1
    var nextText = 1
    var losses = 0
    /// When an endpoint's connection was lost that had answered nothing.
    var fruitlessLossAt: [ConnectionName: Int] = [:]

    var evaluations: [UInt64: Evaluation] = [:]
    /// By the part of a token that names its request.
    var evaluationOfToken: [UInt64: Evaluation] = [:]
    /// The request the engine is being told about: whoever asks now, asks for it.
    var current: Evaluation?
    var touched: [Evaluation] = []
    var sessions: [String: ReadingModel.Session] = [:]
    var questions: [Question] = []
    var outstanding: [UInt64: Int] = [:]
    /// Questions cancelled at this very moment: their outcome may be on its way.
    var justCancelled: Set<UInt64> = []
    /// Questions whose outcome came at this very moment: they may be cancelled by what another outcome decided.
    var justDelivered: Set<UInt64> = []
    var intentions: [Intention] = []
    var keys: [String: String] = [:]

    struct ConnectionName: Hashable {
        var service: Int
        var endpoint: Int
        var number: UInt64
    }

    /// Runs one seed to its end.
    public static func run(seed: UInt64, sabotage: Sabotage? = nil, isTraced: Bool = false) -> SimulationResult {
        Simulation(seed: seed, sabotage: sabotage, isTraced: isTraced).run()
    }

    init(seed: UInt64, sabotage: Sabotage?, isTraced: Bool) {
        self.seed = seed
        self.sabotage = sabotage
        self.isTraced = isTraced
        random = SplitMix64(seed: seed)
        let scenario = Scenario(random: &random)
        self.scenario = scenario
        policies = scenario.policySet()
        engine = PolicyEngine(
            policies: policies, maximumInFlight: scenario.maximumInFlight, sessionLimits: scenario.sessionLimits)
        var limits = scenario.limits
        if sabotage == .exceedsInFlight { limits.inFlight = 1_000 }
        if sabotage == .asksForever { limits.fruitlessLosses = 1_000 }
        if sabotage == .reconnectsAtOnce { limits.reconnectPause = 0...0 }
        clients = scenario.services.map { traits in
            ServiceClientState(endpoints: (0..<traits.endpoints).map { "\(traits.name)\($0)" }, limits: limits)
        }
        clientWakeAt = scenario.services.map { _ in Int.max }
        stores = scenario.services.map { _ in FakeStore() }
        mails = scenario.mails
    }

    func run() -> SimulationResult {
        start()
        while violations.isEmpty, let next = queue.take() {
            now = max(now, next.at)
            events += 1
            if events > 200_000 { violate("it never comes to rest") }
            handle(next.event)
            settle()
        }
        if violations.isEmpty { checkEnd() }
        let counted = stores.reduce(0) { $0 + $1.history.count }
        return SimulationResult(
            seed: seed, violations: violations, trace: trace, requests: Int(nextTag) - 1, questions: questions.count,
            counted: counted, losses: losses, events: events)
    }

    private func start() {
        processes = scenario.services.enumerated().map { service, traits in
            (0..<traits.endpoints).map { FakeProcess(service: service, endpoint: $0) }
        }
        for service in clients.indices { perform(service) { $0.start(now: $1, actions: &$2) } }
        settle()
        for (number, mail) in mails.enumerated() { queue.put(.request(mail: number), at: mail.start) }
        for (at, fault) in scenario.faults { queue.put(.fault(fault), at: at) }
    }

    private func handle(_ event: Event) {
        switch event {
        case .request(let mail): send(mail: mail)
        case .repeated(let request): receive(request, mail: nil)
        case .connected(let connection): opened(connection)
        case .refused(let connection): lost(connection, reason: "refused")
        case .toServer(let connection, let bytes): arriveAtServer(connection, bytes)
        case .toClient(let connection, let bytes): arriveAtClient(connection, bytes)
        case .closedAtServer(let connection): closedAtServer(connection)
        case .closedAtClient(let connection, let reason): lost(connection, reason: reason)
        case .begin(let work): begin(work)
        case .commit(let work): commit(work)
        case .reply(let work): reply(work)
        case .clientWake(let service): wakeClient(service)
        case .engineWake: wakeEngine()
        case .fault(let fault): strike(fault)
        case .recover(let process): recover(process)
        case .thaw(let process): thaw(process)
        case .kill(let process, let generation): kill(process, generation)
        }
    }

    /// Does all that one event brought about, in the order it came up.
    private func settle() {
        var next = 0
        while next < tasks.count {
            let task = tasks[next]
            next += 1
            switch task {
            case .client(let service, let action): carryOut(action, service)
            case .engine(let action): carryOut(action)
            }
        }
        tasks.removeAll(keepingCapacity: true)
        justCancelled.removeAll(keepingCapacity: true)
        justDelivered.removeAll(keepingCapacity: true)
        for evaluation in touched { checkPromptness(evaluation) }
        touched.removeAll(keepingCapacity: true)
        checkBounds()
        scheduleWakes()
    }

    func note(_ text: @autoclosure () -> String) {
        guard isTraced else { return }
        trace.append("\(now / 1_000).\(String(now % 1_000 + 1_000).dropFirst()) \(text())")
    }

    func violate(_ text: String) {
        note("VIOLATION \(text)")
        violations.append("at \(now) us: \(text)")
    }

    var instant: MonotonicInstant { MonotonicInstant(microseconds: now) }

    // MARK: Clocks

    private func scheduleWakes() {
        let delay = sabotage == .wakesLate ? 50_000 : 0
        if let next = engine.nextWake?.microseconds, next < engineWakeAt {
            engineWakeAt = next
            queue.put(.engineWake, at: max(next, now) + delay)
        }
        for service in clients.indices {
            guard let next = clients[service].nextWake?.microseconds, next < clientWakeAt[service] else { continue }
            clientWakeAt[service] = next
            queue.put(.clientWake(service), at: max(next, now) + delay)
        }
    }

    private func wakeEngine() {
        engineWakeAt = .max
        current = nil
        tell { $0.wake(now: $1, actions: &$2) }
    }

    private func wakeClient(_ service: Int) {
        clientWakeAt[service] = .max
        perform(service) { $0.wake(now: $1, actions: &$2) }
    }

    func perform(
        _ service: Int,
        _ event: (inout ServiceClientState, MonotonicInstant, inout [ServiceClientState.Action]) -> Void
    ) {
        var actions: [ServiceClientState.Action] = []
        event(&clients[service], instant, &actions)
        for action in actions { tasks.append(.client(service, action)) }
    }

    func tell(_ event: (inout PolicyEngine, MonotonicInstant, inout [PolicyEngine.Action]) -> Void) {
        var actions: [PolicyEngine.Action] = []
        event(&engine, instant, &actions)
        for case .ask(_, let ask) in actions {
            if let current { evaluationOfToken[ask.token >> 16] = current }
        }
        for action in actions { tasks.append(.engine(action)) }
    }
}
