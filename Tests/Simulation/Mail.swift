import PostfixProtocol

/// One message on its way through Postfix: a request for each recipient, then DATA, then END-OF-MESSAGE.
struct Mail {
    enum Step {
        case rcpt(Int)
        case data
        case endOfMessage
    }

    var start: Int
    var steps: [Step] = []
    var position = 0
    var accepted: [String] = []
    private var instance: String
    private var sender: String
    private var saslUsername: String
    private var clientAddress: String
    private var recipients: [String]

    init(number: Int, start: Int, random: inout SplitMix64) {
        self.start = start
        instance = random.chance(8) ? "" : "1a2b.\(number).0"
        let domains = ["example.com", "example.net", "xn--bcher-kva.example", "[192.0.2.1]"]
        sender = random.chance(8) ? "" : "sender\(random.int(0...2))@\(random.pick(domains))"
        saslUsername = random.chance(40) ? "user\(random.int(0...1))@example.org" : ""
        clientAddress = random.chance(10) ? "127.0.0.1" : "192.0.2.\(random.int(1...3))"
        let awkward = "100%\u{e9}"
        recipients = (0..<random.int(1...4)).map { place in
            "\(random.chance(5) ? awkward : "rcpt")\(place)@\(random.pick(domains))"
        }
        steps = recipients.indices.map(Step.rcpt)
        if random.chance(60) { steps.append(.data) }
        if random.chance(95) { steps.append(.endOfMessage) }
    }

    func request(_ step: Step, number: Int) -> PolicyRequest {
        var values: [PolicyAttribute: String] = [
            .request: "smtpd_access_policy", .instance: instance, .sender: sender, .saslUsername: saslUsername,
            .clientAddress: clientAddress, .clientPort: "\(40_000 + number)", .size: "1000",
        ]
        switch step {
        case .rcpt(let place):
            values[.protocolState] = "RCPT"
            values[.recipient] = recipients[place]
        case .data: values[.protocolState] = "DATA"
        case .endOfMessage: values[.protocolState] = "END-OF-MESSAGE"
        }
        if values[.recipient] == nil {
            values[.recipient] = accepted.count == 1 ? accepted[0] : ""
            values[.recipientCount] = "\(accepted.count)"
        }
        return PolicyRequest.make(values)
    }

    /// Takes the answer to its current step; false when nothing is left to do.
    mutating func advance(reply: String) -> Bool {
        if case .rcpt(let place) = steps[position] {
            if !ActionText.refuses(reply) { accepted.append(recipients[place]) }
        } else if ActionText.refuses(reply) {
            return false
        }
        position += 1
        guard position < steps.count else { return false }
        if case .rcpt = steps[position] { return true }
        return !accepted.isEmpty
    }
}
