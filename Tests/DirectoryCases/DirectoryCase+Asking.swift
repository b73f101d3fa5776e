package import Directory
internal import Glibc
internal import PostfixProtocol
package import ServiceProtocol
internal import Synchronization

extension DirectoryCase {
    /// The request of the case.
    package var checkRequest: CheckRequest {
        var named = AttachedFacts()
        for (name, value) in facts {
            if let name = FactName(parsing: name) { named[name] = value }
        }
        return CheckRequest(checks: [check], policy: PolicyRequest.make(request), facts: named)
    }

    /// What the service answers, in the words of ``DirectoryCase/verdict``; an error as `error: TEXT`.
    package func verdict(of service: DirectoryService) throws -> String {
        Self.text(Self.ask(service, checkRequest))
    }

    /// Asks and waits for the answer, for ten seconds at most.
    package static func ask(_ service: DirectoryService, _ request: CheckRequest) -> CheckReply? {
        let answer = Answered()
        service.check(request) { reply in answer.reply.withLock { $0 = reply } }
        for _ in 0..<100_000 {
            if let reply = answer.reply.withLock({ $0 }) { return reply }
            usleep(100)
        }
        return nil
    }

    /// A reply in the words of ``DirectoryCase/verdict``; an error as `error: TEXT`.
    package static func text(_ reply: CheckReply?) -> String {
        switch reply {
        case .needs(let names)?: return "need=" + names.map(\.description).joined(separator: " ")
        case .results(let results)?:
            guard results.count == 1, let result = results.first?.result else { return "\(results.count) results" }
            switch result {
            case .verdict(let verdict, _, _): return verdict.text
            case .error(let text): return "error: \(text)"
            }
        case nil: return "no answer"
        }
    }

    private final class Answered: Sendable {
        let reply = Mutex<CheckReply?>(nil)
    }
}
