import DNS
import MailTypes
import SPF

/// An SPF record: the first line is the record, the others are the texts of whatever is asked for next.
public enum SPFTarget: FuzzTarget {
    /// `spf`
    public static let name = "spf"

    /// Evaluates the record in both ways, and collects its networks.
    public static func check(_ bytes: [UInt8]) throws(BrokenInvariant) {
        let texts = bytes.split(separator: 10, omittingEmptySubsequences: false).map(Array.init)
        for (address, limits): (IPAddress, SPFLimits) in [
            (.v4(0xc000_0207), .standard), (.v6(high: 1, low: 2), .listing),
        ] {
            let query = SPFQuery(client: address, sender: "a.b+c@d.example", helo: "h.example", receiver: "r.example")
            try evaluate(SPFEvaluation(query, limits: limits), texts)
        }
        try collect(texts)
    }

    private static func evaluate(_ first: SPFEvaluation, _ texts: [[UInt8]]) throws(BrokenInvariant) {
        var evaluation = first
        var step = evaluation.start()
        var asked = 0
        while case .ask(let question) = step {
            step = evaluation.receive(answer(question, asked, texts))
            asked += 1
            try hold(asked <= 250, "an evaluation without end")
        }
        guard case .done(let outcome) = step else { return }
        try hold(!outcome.isListed || outcome.result == .pass, "a client that is listed and may not send")
        try hold(outcome.explanation?.utf8.allSatisfy { (0x20...0x7e).contains($0) } ?? true, "an explanation")
    }

    private static func collect(_ texts: [[UInt8]]) throws(BrokenInvariant) {
        guard let name = DNSName("d.example") else { return }
        var collection = SPFNetworks(of: name)
        var step = collection.start()
        var asked = 0
        while case .ask(let question) = step {
            step = collection.receive(answer(question, asked, texts))
            asked += 1
        }
        try hold(asked <= SPFNetworks.Limits().questions, "more questions than there may be")
    }

    private static func answer(_ question: DNSQuestion, _ number: Int, _ texts: [[UInt8]]) -> DNSAnswer {
        let host = DNSName("mx\(number % 3).d.example") ?? .root
        return switch question.type {
        case .txt: .records(.texts([texts[number % texts.count]]))
        case .mx:
            .records(.exchanges([DNSExchange(preference: 1, host: host), DNSExchange(preference: 0, host: host)]))
        case .ptr, .cname, .soa: .records(.names([host]))
        case .a, .aaaa: number % 2 == 0 ? .noSuchName : .records(.addresses([.v4(0xc000_0207)]))
        }
    }
}
