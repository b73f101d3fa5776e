/// How long what is remembered. All lengths are in seconds, between 0 and ten years.
public struct GreylistTiming: Sendable, Hashable {
    /// From the first attempt to the earliest acceptable retry.
    public let blockFor: Int
    /// From the first attempt until a triplet that was not retried is forgotten.
    public let unauthTripletExpires: Int
    /// From passing until a client is forgotten.
    public let authTripletExpires: Int

    /// Takes three lengths; what is out of range is brought into it.
    public init(blockFor: Int, unauthTripletExpires: Int, authTripletExpires: Int) {
        let range = 0...3_650 * 86_400
        self.blockFor = blockFor.held(in: range)
        self.unauthTripletExpires = unauthTripletExpires.held(in: range)
        self.authTripletExpires = authTripletExpires.held(in: range)
    }

    /// A known client is renewed only when so much of its time has gone, so that a busy one costs no write.
    public var renewalAge: Int {
        min(86_400, authTripletExpires / 2)
    }

    /// Whether a known client's time should begin anew. A time that ends later than any that begins now does not: it
    /// was written by a clock that ran ahead.
    public func needsRenewal(_ client: PassedClient, now: Int) -> Bool {
        client.isKnown(at: now) && client.recordExpired < (now &+ authTripletExpires) &- renewalAge
    }

    /// What ends later than it would if it began now, by more than this, is shortened: several hosts' clocks differ a
    /// little, and a day more does no harm.
    static let tolerance = 86_400

    /// When a triplet that is seen now is forgotten.
    func latestWaiting(at now: Int) -> Int { now &+ unauthTripletExpires }

    /// When a client that passes now is forgotten.
    func latestPassed(at now: Int) -> Int { now &+ authTripletExpires }

    /// A triplet that is seen for the first time.
    func first(at now: Int) -> WaitingTriplet {
        WaitingTriplet(
            initTime: now, blockExpired: now &+ blockFor, recordExpired: now &+ unauthTripletExpires, blockedCount: 1)
    }
}

extension Int {
    fileprivate func held(in range: ClosedRange<Int>) -> Int {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
