/// An SPF record: RFC 7208 section 4.6.
struct SPFRecord: Sendable, Hashable {
    var directives: [SPFDirective] = []
    var redirect: SPFDomainSpec?
    var explanation: SPFDomainSpec?

    /// Reads the terms behind the version.
    init(_ text: [UInt8]) throws(SPFSyntaxError) {
        for term in SPFRecord.terms(of: text) { try take(SPFTerm(term)) }
    }

    /// Reads what can be read of the terms, and leaves out the rest.
    init(lenientlyReading text: [UInt8]) {
        for term in SPFRecord.terms(of: text) {
            do {
                try take(SPFTerm(term))
            } catch {
                continue
            }
        }
    }

    private mutating func take(_ term: SPFTerm) throws(SPFSyntaxError) {
        switch term {
        case .directive(let directive): directives.append(directive)
        case .redirect(let domain):
            guard redirect == nil else { throw SPFSyntaxError("two redirect modifiers") }
            redirect = domain
        case .explanation(let domain):
            guard explanation == nil else { throw SPFSyntaxError("two exp modifiers") }
            explanation = domain
        case .other: break
        }
    }

    private static let version = Array("v=spf1".utf8)

    /// Whether a text is an SPF record at all: RFC 7208 section 4.5.
    static func isRecord(_ text: [UInt8]) -> Bool {
        guard text.count >= version.count, text.count == version.count || text[version.count] == 0x20 else {
            return false
        }
        return zip(text, version).allSatisfy { byte, expected in
            byte == expected || (expected.isLetter && byte | 0x20 == expected)
        }
    }

    private static func terms(of text: [UInt8]) -> [ArraySlice<UInt8>] {
        text.dropFirst(version.count).split(separator: 0x20)
    }

    /// Whether the evaluation cannot come to its end: an `all` stands in it, so a `redirect` has no effect.
    var hasAll: Bool { directives.contains { $0.mechanism == .all } }
}
