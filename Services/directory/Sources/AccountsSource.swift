internal import MailTypes
internal import SQLStore

/// Who knows of domains and accounts.
enum AccountsSource: Sendable {
    case sql(SQLSource)
    case ldap(LDAPSource)

    var source: any LookupSource {
        switch self {
        case .sql(let source): source
        case .ldap(let source): source
        }
    }

    /// A page of the domains behind a cursor, in alphabetical order.
    func listDomains(
        after cursor: String, limit: Int, _ reply: @escaping @Sendable (Result<DomainPage, SQLError>) -> Void
    ) {
        switch self {
        case .sql(let source):
            source.perform { result in
                do throws(SQLError) {
                    reply(.success(try result.get().mailDomains(after: cursor, limit: limit)))
                    return nil
                } catch {
                    reply(.failure(error))
                    return error
                }
            }
        case .ldap(let source):
            source.listDomains(isContinued: !cursor.isEmpty) { result in
                reply(
                    result.map { all in
                        let rest = all.filter { $0.domain.text > cursor }
                        return DomainPage(domains: Array(rest.prefix(limit)), isLast: rest.count <= limit)
                    })
            }
        }
    }
}
