internal import DNS
internal import DNSClient
internal import MailTypes
internal import ServiceProtocol

/// The check `senderscore`.
struct SenderScoreCheck: Sendable {
    var configuration: SenderScoreConfiguration
    var client: DNSClient
    var store: SenderScoreStore

    /// What the zone says of an address.
    enum Answer: Sendable, Equatable {
        /// From 0, the worst, to 100.
        case score(Int)
        /// It has none.
        case unknown
        /// It said nothing of use.
        case failed(String)

        /// The score stands in the last field of 127.0.4.x. A DNS that invents answers for names that do not exist
        /// invents others.
        init(_ answer: DNSAnswer) {
            switch answer {
            case .noRecords, .noSuchName: self = .unknown
            case .failed(let failure): self = .failed(failure.rawValue)
            case .records:
                let scores = answer.addresses.compactMap { address -> Int? in
                    guard case .v4(let number) = address, number >> 8 == 0x7f_0004, number & 0xff <= 100 else {
                        return nil
                    }
                    return Int(number & 0xff)
                }
                self = scores.min().map { .score($0) } ?? .failed("an answer that is no score")
            }
        }
    }

    /// Decides; only IPv4 addresses have scores.
    func decide(
        _ address: IPAddress, deadline: Int, time: Int, completion: @escaping @Sendable (CheckResult) -> Void
    ) {
        guard case .v4 = address, let name = DNSName(reversing: address).below(configuration.zone) else {
            return completion(.verdict(.none, reason: "no IPv4 client"))
        }
        store.entry(of: address) { entry in
            if let entry {
                return completion(result(entry.score.map { .score($0) } ?? .unknown, address, isKept: true))
            }
            client.ask(DNSQuestion(name, .a), deadline: deadline) { reply in
                let answer = Answer(reply.answer)
                switch answer {
                case .score(let score): store.keep(.init(score: score, time: time), of: address)
                case .unknown: store.keep(.init(score: nil, time: time), of: address)
                case .failed: break
                }
                completion(result(answer, address, isKept: false))
            }
        }
    }

    private func result(_ answer: Answer, _ address: IPAddress, isKept: Bool) -> CheckResult {
        switch answer {
        case .failed(let text): return .error(text)
        case .unknown: return .verdict(.none, reason: "no score")
        case .score(let score):
            let reason = "score \(score)" + (isKept ? " (kept)" : "")
            guard score <= configuration.limit else { return .verdict(.none, reason: reason) }
            let verdict = configuration.action.action.verdict { placeholder in
                placeholder == "IP" ? address.description : "\(score)"
            }
            return .verdict(
                verdict, reason: "\(reason), at most \(configuration.limit)", score: configuration.action.score)
        }
    }
}
