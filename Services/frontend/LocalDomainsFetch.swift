internal import ServiceProtocol

/// The frontend's own upkeep, done as a service does its: asked for a run, it needs the facts `local-domains:CURSOR`
/// page by page, and in the end has the list.
struct LocalDomainsFetch: Sendable {
    /// The kind of fact a page is.
    static let factKind = "local-domains"
    /// Seconds between two runs.
    static let interval = 60
    /// The cursor of the first page: the root, which is nobody's domain.
    private static let start = "."
    /// The last word of a page that others follow.
    private static let more = "more"

    /// What has come so far; the whole list once the answer was `done`.
    private(set) var domains = LastKnownDomains()

    /// The answer to an upkeep request.
    mutating func answer(_ request: UpkeepRequest) -> UpkeepReply {
        guard let cursor = request.cursor else {
            domains = LastKnownDomains()
            return Self.need(Self.start)
        }
        let page = request.facts[FactName(kind: Self.factKind, subject: cursor)] ?? unknownFactValue
        guard page != unknownFactValue else { return .failed("the directory does not tell its domains") }
        guard let next = take(page, after: cursor) else { return .failed("the directory's list of domains is no list") }
        return next == cursor ? .done(next: Self.interval) : Self.need(next)
    }

    private static func need(_ cursor: String) -> UpkeepReply {
        .needs([FactName(kind: factKind, subject: cursor)], cursor: cursor)
    }

    /// Takes the words `KIND:DOMAIN` of a page, which must go on from page to page, or there would be no end.
    /// - Returns: the next page's cursor, `cursor` itself after the last page, nil for nonsense.
    private mutating func take(_ page: String, after cursor: String) -> String? {
        var words = page.split(separator: " ")
        let isLast = words.last != Self.more[...]
        if !isLast { words.removeLast() }
        var last = cursor
        for word in words {
            let parts = word.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, let kind = LastKnownDomains.Kind(rawValue: String(parts[0])),
                last == Self.start || last < parts[1], domains.add(parts[1], kind)
            else { return nil }
            last = String(parts[1])
        }
        if isLast { return cursor }
        return last == cursor ? nil : last
    }
}
