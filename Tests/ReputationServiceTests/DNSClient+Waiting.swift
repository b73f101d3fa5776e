import DNS
import DNSClient
import Testing

extension DNSClient {
    /// The answer, waited for.
    func answer(_ name: String, _ type: DNSRecordType, within limit: Int = 10_000) async throws -> DNSReply {
        let question = DNSQuestion(try #require(DNSName(name)), type)
        return await withCheckedContinuation { continuation in
            ask(question, deadline: DNSClient.now + limit) { continuation.resume(returning: $0) }
        }
    }
}
