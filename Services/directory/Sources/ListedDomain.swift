internal import LDAPClient
internal import MailTypes
internal import SQLStore

/// A mail domain in a listing.
struct ListedDomain: Sendable, Equatable {
    var domain: Domain
    var kind: LocalDomains.Kind
    var target: Domain?
}

/// A page of a listing, and whether others follow.
struct DomainPage: Sendable {
    var domains: [ListedDomain]
    var isLast: Bool

    /// The page with others between, which stand above its own; they are domains behind `cursor`.
    func merging(_ others: [ListedDomain], after cursor: String) -> DomainPage {
        let end = isLast ? nil : domains.last?.domain.text
        var merged: [String: ListedDomain] = [:]
        for listed in domains { merged[listed.domain.text] = listed }
        for other in others where other.domain.text > cursor {
            // What lies behind this page is for the next one.
            if let end, other.domain.text > end { continue }
            merged[other.domain.text] = other
        }
        return DomainPage(domains: merged.values.sorted { $0.domain.text < $1.domain.text }, isLast: isLast)
    }
}

extension LocalDomains {
    /// All domains of the configuration.
    var listed: [ListedDomain] {
        all.map { ListedDomain(domain: $0.domain, kind: $0.kind, target: $0.target) }
    }
}

extension LDAPLookups {
    /// All domains that mail is taken for.
    var listing: LDAPSearch {
        LDAPSearch(
            base: base, scope: .oneLevel,
            filter: "(&(objectClass=mailDomain)(accountStatus=active)(enabledService=mail))",
            attributes: ["domainName", "domainAliasName", "domainBackupMX"])
    }

    /// What that search has found.
    func domains(_ entries: [LDAPEntry]) -> [ListedDomain] {
        entries.flatMap { entry -> [ListedDomain] in
            guard let own = Domain(parsing: entry.value("domainName")) else { return [] }
            let isBackup = entry.has("domainBackupMX", "yes")
            let names = entry.values("domainAliasName").compactMap { Domain(parsing: $0) }
            return [ListedDomain(domain: own, kind: isBackup ? .backupMX : .local)]
                + names.map { ListedDomain(domain: $0, kind: .alias, target: own) }
        }
    }
}

extension SQLConnection {
    /// A page of the domains that mail is taken for, in alphabetical order.
    func mailDomains(after cursor: String, limit: Int) throws(SQLError) -> DomainPage {
        // The collations of servers sort otherwise than bytes do.
        let name: (String) -> String = { column in
            switch self.dialect {
            case .sqlite: "lower(\(column)) COLLATE BINARY"
            case .postgreSQL: "lower(\(column)) COLLATE \"C\""
            case .mariaDB: "CAST(lower(\(column)) AS BINARY)"
            }
        }
        let rows = try query(
            """
            SELECT name, target, backupmx FROM (
                SELECT \(name("domain")) AS name, '' AS target, backupmx FROM domain WHERE active = 1
                UNION ALL SELECT \(name("a.alias_domain")), a.target_domain, d.backupmx FROM alias_domain a
                    JOIN domain d ON d.domain = a.target_domain WHERE a.active = 1 AND d.active = 1
            ) AS domains WHERE name > ? ORDER BY name LIMIT ?
            """, [cursorValue(cursor), .integer(Int64(limit))])
        let domains = rows.compactMap { row -> ListedDomain? in
            guard let domain = Domain(parsing: row[0].string) else { return nil }
            guard row[1].string.isEmpty else {
                return ListedDomain(domain: domain, kind: .alias, target: Domain(parsing: row[1].string))
            }
            return ListedDomain(domain: domain, kind: row[2].number == 0 ? .local : .backupMX)
        }
        return DomainPage(domains: domains, isLast: rows.count < limit)
    }

    private func cursorValue(_ cursor: String) -> SQLValue {
        dialect == .mariaDB ? .blob(Array(cursor.utf8)) : .text(cursor)
    }
}
