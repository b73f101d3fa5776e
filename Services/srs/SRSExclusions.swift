internal import MailTypes
internal import SQLStore
internal import ServiceProtocol

/// The statements that change and list `srs_exclude_domains`.
enum SRSExclusions {
    /// What is stored for a typed domain: in normalised form, with its leading dot if it has one.
    static func entry(_ text: String) -> String? {
        let hasDot = text.hasPrefix(".")
        guard let domain = Domain(parsing: hasDot ? text.dropFirst() : text[...]) else { return nil }
        return (hasDot ? "." : "") + domain.text
    }

    static func list(after: String, _ connection: any SQLConnection) throws -> AdminReply {
        let rows = try connection.query(
            "SELECT domain FROM srs_exclude_domains WHERE domain > ? ORDER BY domain LIMIT ?",
            [.text(after), .integer(Int64(AdminReply.maximumRows + 1))])
        let domains = rows.compactMap { $0.first?.textValue }
        let page = domains.prefix(AdminReply.maximumRows)
        return .done(
            columns: ["domain"], rows: page.map { [$0] }, next: page.count < domains.count ? page.last : nil)
    }

    static func add(_ domain: String, to connection: any SQLConnection) throws -> AdminReply {
        try connection.execute(SRSTables.insertion(connection.dialect), [.text(domain)])
        return .done
    }

    static func remove(_ domain: String, from connection: any SQLConnection) throws -> AdminReply {
        let deleted = try connection.execute("DELETE FROM srs_exclude_domains WHERE domain = ?", [.text(domain)])
        return deleted == 0 ? .failed("\(domain) is not excluded") : .done
    }
}
