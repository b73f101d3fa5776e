internal import NIOCore
internal import PostfixProtocol
internal import ServiceProtocol
internal import ServiceTransport

/// The one action a Postfix that asks a service directly is told.
struct DirectAnswer {
    let action: PolicyAction

    /// This action.
    init(action: PolicyAction) {
        self.action = action
    }

    /// The first verdict that is one, or the failure rule's answer.
    init(reply: CheckReply, failureRule: FailureRule) {
        guard case .results(let results) = reply else {
            action = failureRule.action ?? .dunno
            return
        }
        for (_, result) in results {
            switch result {
            case .verdict(.none, _, _): continue
            case .verdict(.pass, _, _):
                action = .dunno
                return
            case .verdict(.action(let found), _, _):
                action = found
                return
            case .error:
                action = failureRule.action ?? .dunno
                return
            }
        }
        action = .dunno
    }
}

extension Responder {
    func send(_ answer: DirectAnswer) {
        // The action's text is clean already, and Postfix does not decode what it gets.
        send { $0.writeString("action=\(answer.action.text)\n") }
    }
}
