import Frontend
import MailTypes
import PostfixProtocol
import ServiceProtocol
import ServiceTransport

/// All that a seed decides beforehand.
struct Scenario {
    /// How a fake service behaves.
    struct ServiceTraits {
        var name: String
        var endpoints: Int
        /// Microseconds of work: the range, and the share in a hundred of questions that take far longer.
        var delay: ClosedRange<Int>
        var slowPercent: Int
        /// Replies in a hundred that are wrong in some way.
        var wrongPercent: Int
        /// Questions in a hundred at which it hangs up, however often they are asked.
        var poisonPercent: Int
        /// Questions in a hundred that get a `need`.
        var needPercent: Int
        /// Checks in a hundred that come to more than none.
        var opinionPercent: Int
        /// What one account may count.
        var countLimit: Int
    }

    enum Fault {
        case crash(service: Int, endpoint: Int, down: Int)
        case goodbye(service: Int, endpoint: Int, down: Int)
        case freeze(service: Int, endpoint: Int, pause: Int)
        case cut(service: Int, endpoint: Int)
        case wallClock(step: Int)
    }

    static let serviceNames = ["directory", "reputation", "lists", "greylist", "throttle"]

    var services: [ServiceTraits] = []
    var states: [ProtocolState: [PolicyCheck]] = [:]
    var deadline: Int
    var limits = ServiceClientState.Limits()
    var maximumInFlight: Int
    var sessionLimits = SessionStore.Limits()
    var hasSmallSessionStore: Bool
    var faults: [(at: Int, fault: Fault)] = []
    var mails: [Mail] = []
    var isCalm: Bool

    init(random: inout SplitMix64) {
        isCalm = random.chance(20)
        deadline = random.pick([3_000, 6_000, 10_000])
        maximumInFlight = random.chance(10) ? random.int(1...3) : 10_000
        hasSmallSessionStore = random.chance(10)
        if hasSmallSessionStore { sessionLimits.sessions = random.int(1...3) }
        for name in Self.serviceNames { services.append(Self.traits(name, isCalm: isCalm, random: &random)) }
        if !isCalm { tightenLimits(&random) }
        states[.rcpt] = Self.checks(count: random.int(1...7), state: .rcpt, random: &random)
        if random.chance(30) { states[.data] = Self.checks(count: random.int(1...3), state: .data, random: &random) }
        if random.chance(85) {
            states[.endOfMessage] = Self.checks(count: random.int(1...4), state: .endOfMessage, random: &random)
        }
        let span = makeMails(&random)
        if !isCalm { makeFaults(span: span, &random) }
    }

    func policySet() -> PolicySet {
        PolicySet(
            policies: ["default": states], trustedNetworks: .loopbackOnly, hostnames: ["host.example.com"],
            deadline: deadline)
    }

    /// Whether recipients accepted at RCPT are used later.
    var usesRecipients: Bool {
        [ProtocolState.data, .endOfMessage].contains { state in
            (states[state] ?? []).contains { $0.definition.usesRecipients }
        }
    }

    private static func traits(_ name: String, isCalm: Bool, random: inout SplitMix64) -> ServiceTraits {
        let slowest = isCalm ? 5_000 : random.pick([1_000, 20_000, 200_000])
        return ServiceTraits(
            name: name, endpoints: random.chance(30) ? 2 : 1, delay: 50...slowest,
            slowPercent: isCalm || random.chance(50) ? 0 : random.int(1...30),
            wrongPercent: isCalm || random.chance(50) ? 0 : random.int(1...15),
            poisonPercent: isCalm || random.chance(80) ? 0 : random.int(1...10),
            needPercent: random.chance(50) ? 0 : random.int(5...40), opinionPercent: random.int(10...60),
            countLimit: random.int(1...6))
    }

    private mutating func tightenLimits(_ random: inout SplitMix64) {
        if random.chance(30) { limits.inFlight = random.int(1...3) }
        if random.chance(30) { limits.queued = random.int(1...4) }
        if random.chance(30) { limits.fruitlessLosses = random.int(1...4) }
        if random.chance(30) { limits.breakerThreshold = random.int(1...4) }
        if random.chance(30) { limits.hungThreshold = random.int(1...3) }
        if random.chance(30) { limits.helloTime = random.int(20...500) }
    }

    private mutating func makeMails(_ random: inout SplitMix64) -> Int {
        var start = 1_000
        for number in 0..<random.int(2...7) {
            mails.append(Mail(number: number, start: start, random: &random))
            // Past the session's life after the end of a message, or past its idle life, now and then.
            let gap = random.pick([0, 500, 20_000, 300_000, 3_000_000])
            start += random.chance(4) ? random.pick([61_000_000, 3_601_000_000]) : gap
        }
        return start
    }

    private mutating func makeFaults(span: Int, _ random: inout SplitMix64) {
        let pauses = [1_000, 30_000, 400_000, 3_000_000, 12_000_000]
        for _ in 0..<random.int(0...8) {
            let service = random.int(0...services.count - 1)
            let endpoint = random.int(0...services[service].endpoints - 1)
            let pause = random.pick(pauses)
            let fault: Fault =
                switch random.int(0...9) {
                case 0...2: .crash(service: service, endpoint: endpoint, down: pause)
                case 3...4: .goodbye(service: service, endpoint: endpoint, down: pause)
                case 5...6: .freeze(service: service, endpoint: endpoint, pause: pause)
                case 7...8: .cut(service: service, endpoint: endpoint)
                default: .wallClock(step: random.int(-7_200...7_200))
                }
            let around = random.pick(mails).start + random.int(0...600_000)
            faults.append((random.chance(70) ? around : random.int(0...span + 1_000_000), fault))
        }
    }
}
