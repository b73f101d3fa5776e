import Frontend
import PostfixProtocol

/// One request under way, as the simulation sees it.
final class Evaluation {
    /// The questions about one set of checks: the first, and those after a `need`.
    struct Chain {
        var positions: [Int]
        var expires: Int
        var asks = 1
        var rounds = 0
        var needed: [String] = []
        /// What the last question carried: asking for one of these again is a failure.
        var given: Set<String> = []
        var isDone = false
    }

    let tag: UInt64
    /// The mail to go on with when this is answered; nil for a repeated request.
    let mail: Int?
    let started: Int
    /// Past the bound of requests under way: nothing may be asked.
    let isRefused: Bool
    let policyDeadline: Int
    let instance: String
    /// What tells this request from all others but its own repetitions; nil without an instance.
    let identity: String?
    var model: ReadingModel
    var chains: [Chain] = []
    /// Facts this request was told, by name.
    var facts: [String: String] = [:]
    var isAnswered = false

    init(tag: UInt64, mail: Int?, started: Int, isRefused: Bool, deadline: Int, model: ReadingModel) {
        self.tag = tag
        self.mail = mail
        self.started = started
        self.isRefused = isRefused
        policyDeadline = started + deadline * 1_000
        self.model = model
        let request = model.request
        instance = request.string(.instance)
        let parts: [PolicyAttribute] = [
            .instance, .protocolState, .clientAddress, .clientPort, .sender, .saslUsername, .recipient,
        ]
        identity = instance.isEmpty ? nil : parts.map { request.string($0) }.joined(separator: "|")
    }

    func positions(of names: [String]) -> [Int] {
        model.checks.indices.filter { names.contains(model.checks[$0].definition.name) }
    }
}

/// One question as the frontend asked it.
struct Question {
    var token: UInt64
    var evaluation: Evaluation
    var service: Int
    /// Names of its checks; empty for a question about facts.
    var checks: [String]
    var facts: [String]
    var expires: Int
    var isRepeatable: Bool
    /// How often a service read it.
    var sends = 0
    /// Connections it was lost with that answered nothing since their hello, by process.
    var fruitlessLosses: [String: Int] = [:]
    /// The client gave it up with its connection; the service may still be at it.
    var wasGivenUp = false
    /// Its service hangs up when it reads it.
    var isPoison = false
}
