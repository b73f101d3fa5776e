import NIOCore
import PostfixProtocol
import ServiceProtocol

/// Checks: the question and the answer.
public enum CheckTarget: FuzzTarget {
    /// `check`
    public static let name = "check"

    /// Reads the bytes as a question, and as the answer to the checks that it names.
    public static func check(_ bytes: [UInt8]) throws(BrokenInvariant) {
        guard let list = Message.decoded(bytes) else { return }
        if let request = CheckRequest(list) { try check(request) }
        let asked = (CheckRequest(list)?.checks ?? []) + ["greylist", "throttle"]
        var seen: Set<String> = []
        try check(list, asked: asked.filter { seen.insert($0).inserted })
    }

    private static func check(_ request: CheckRequest) throws(BrokenInvariant) {
        let list = try Message.sent { request.encode(into: &$0) }
        let again = try must(CheckRequest(list), "a question that was written is none")
        try same(again.checks, request.checks, "the checks")
        try same(again.key, request.key, "the key")
        try same(again.deadline.milliseconds, request.deadline.milliseconds, "the deadline")
        try same(again.facts, request.facts, "the facts")
        try same(again.isDryRun, request.isDryRun, "a dry run")
        try same(again.recipients?.addresses ?? [], request.recipients?.addresses ?? [], "the recipients")
        try same(again.recipients?.isComplete, request.recipients?.isComplete, "whether these are all")
        for attribute in PolicyAttribute.allCases where attribute != .request {
            try same(again.policy.string(attribute), request.policy.string(attribute), attribute.name)
        }
    }

    /// One result for each asked check, in their order, whatever the answer says.
    private static func check(_ list: AttributeList, asked: [String]) throws(BrokenInvariant) {
        let reply = CheckReply(list, checks: asked)
        switch reply {
        case .needs(let names):
            try hold((1...CheckReply.maximumNeeds).contains(names.count), "\(names.count) facts are needed")
        case .results(let results):
            try same(results.map(\.check), asked, "the checks that are answered")
            for (_, result) in results { try check(result) }
        }
        let again = CheckReply(try Message.sent { reply.encode(into: &$0) }, checks: asked)
        try same(again, reply, "an answer that was written and read")
    }

    private static func check(_ result: CheckResult) throws(BrokenInvariant) {
        guard case .verdict(let verdict, _, let score) = result else { return }
        try hold(score.isFinite, "a score that is no number")
        try hold(!verdict.text.hasControl && verdict.text.utf8.count <= PolicyAction.textLimit, "a verdict's text")
    }
}
