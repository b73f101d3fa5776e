/// An answer, and how long it may be kept.
public struct DNSReply: Sendable, Equatable {
    /// What the DNS says.
    public let answer: DNSAnswer
    /// The seconds for which it may be kept; 0 for an answer that must not be.
    public let lifetime: Int

    /// The longest that records are kept, in seconds: what a larger TTL says is not to be relied on.
    public static let longestLifetime = 86_400
    /// The longest that a negative answer is kept, in seconds: RFC 2308 section 5.
    public static let longestNegativeLifetime = 10_800

    /// An answer with its lifetime.
    public init(_ answer: DNSAnswer, lifetime: Int = 0) {
        self.answer = answer
        self.lifetime = lifetime
    }

    /// Reads a message of the DNS, in its wire form, as the answer to a question.
    ///
    /// Aliases are followed within the message; the smallest TTL on the way counts. A negative answer lives as long as
    /// the zone's SOA record says, and without one not at all (RFC 2308 section 5). What cannot be read is a failure.
    public init(parsing message: [UInt8], for question: DNSQuestion) {
        do {
            var reader = DNSMessageReader(message)
            self = try reader.reply(to: question)
        } catch {
            self.init(.failed(.malformed))
        }
    }
}
