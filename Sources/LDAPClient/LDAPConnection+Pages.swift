internal import CLDAP
internal import Glibc

/// A part of a long answer (RFC 2696).
public struct LDAPPage: Sendable {
    /// The entries of this part.
    public var entries: [LDAPEntry]
    /// Where the next one begins, on the same connection; empty when this is the last.
    public var cookie: [UInt8]
}

extension LDAPConnection {
    /// Entries of a page; servers let no user have many more at once.
    private static let pageSize: Int32 = 500

    /// Searches, and takes one page of the answer. A connection has one such search at a time, and other searches beside
    /// it.
    /// - Parameter cookie: That of the page before; empty for the first.
    /// - Throws: Also when the server does not tell everything: half an answer would be a wrong one. Afterwards see
    ///   ``isOpen``.
    public func page(of search: LDAPSearch, after cookie: [UInt8]) throws(LDAPError) -> LDAPPage {
        guard let session else { throw LDAPError(.unavailable, "the connection is closed") }
        var message: Int32 = 0
        let sent = search.withAttributes { attributes in
            cookie.withUnsafeBytes { place in
                cldap_search_page(
                    session, search.base, search.scope.rawValue, search.filter, attributes,
                    Int32(clamping: configuration.searchTimeout), Self.pageSize, place.baseAddress, place.count,
                    &message)
            }
        }
        guard sent == LDAP_SUCCESS else { throw lose(LDAPError(result: sent)) }
        var answer: OpaquePointer?
        let kind = cldap_result(session, Int32(clamping: configuration.searchTimeout), &answer)
        defer { if let answer { ldap_msgfree(answer) } }
        guard kind != 0 else {
            throw lose(LDAPError(.timeout, "no answer within \(configuration.searchTimeout) ms"))
        }
        guard kind > 0, let answer, ldap_msgid(answer) == message else { throw lose(failure(session)) }
        return LDAPPage(entries: try read(answer, session).get(), cookie: Self.cookie(answer, session))
    }

    private static func cookie(_ answer: OpaquePointer, _ session: OpaquePointer) -> [UInt8] {
        let cookie = cldap_page_cookie(session, answer)
        guard let bytes = cookie.bv_val else { return [] }
        defer { ldap_memfree(bytes) }
        return Array(UnsafeRawBufferPointer(start: bytes, count: Int(cookie.bv_len)))
    }

    private func lose(_ error: LDAPError) -> LDAPError {
        close()
        return error
    }
}
