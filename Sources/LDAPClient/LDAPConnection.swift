internal import CLDAP
internal import Configuration
internal import Glibc

/// A connection to a directory server, used on one thread only. Many searches are under way on it at once.
public final class LDAPConnection {
    /// How the connection was opened.
    public let configuration: LDAPConfiguration
    private(set) var session: OpaquePointer?

    /// So many searches are under way at most.
    private static let window = 64
    /// Entries of one answer that are read; no question of ours has as many answers.
    private static let maximumEntries = 200_000

    /// What is configured is all there is: the library reads neither ldap.conf nor the environment.
    private static let isIsolated = setenv("LDAPNOINIT", "1", 1) == 0

    /// Connects, begins TLS, says who asks.
    /// - Throws: `.unavailable`, `.timeout`, or `.denied` when the server refuses.
    public init(_ configuration: LDAPConfiguration) throws(LDAPError) {
        self.configuration = configuration
        guard Self.isIsolated else { throw LDAPError(.unavailable, "the environment cannot be set") }
        var opened: OpaquePointer?
        let result = ldap_initialize(&opened, configuration.uri)
        session = opened
        guard result == LDAP_SUCCESS, let opened else { throw LDAPError(result: result) }
        do {
            try configure(opened)
            if configuration.startsTLS { try check(ldap_start_tls_s(opened, nil, nil), opened) }
            try bind(opened)
        } catch {
            close()
            throw error
        }
    }

    deinit {
        close()
    }

    /// Whether it can still be used.
    public var isOpen: Bool { session != nil }

    /// Ends the connection. Calls afterwards fail with `.unavailable`.
    public func close() {
        if let session { ldap_unbind_ext(session, nil, nil) }
        session = nil
    }

    private func configure(_ session: OpaquePointer) throws(LDAPError) {
        for result in [
            cldap_set_version(session), cldap_no_referrals(session),
            cldap_set_limits(session, Int32(clamping: configuration.connectTimeout)),
        ] { try check(result, session) }
        guard configuration.tls != .off else { return }
        let isVerified = configuration.tls == .verify
        try check(cldap_set_tls(session, isVerified ? 1 : 0, configuration.tlsCAFile), session)
    }

    private func bind(_ session: OpaquePointer) throws(LDAPError) {
        var message: Int32 = 0
        try check(
            cldap_simple_bind(session, configuration.bindDN, configuration.password?.revealed() ?? "", &message),
            session)
        var answer: OpaquePointer?
        let kind = cldap_result(session, Int32(clamping: configuration.connectTimeout), &answer)
        defer { if let answer { ldap_msgfree(answer) } }
        guard kind != 0 else { throw LDAPError(.timeout, "no answer within \(configuration.connectTimeout) ms") }
        guard kind > 0, let answer else { throw failure(session) }
        try check(cldap_result_code(session, answer), session)
    }

    private func check(_ result: Int32, _ session: OpaquePointer) throws(LDAPError) {
        guard result != LDAP_SUCCESS else { return }
        throw LDAPError(result: result, Self.diagnosis(session))
    }

    func failure(_ session: OpaquePointer) -> LDAPError {
        LDAPError(result: cldap_last_error(session), Self.diagnosis(session))
    }

    /// The server's words, in one line; they do not repeat what was searched for.
    private static func diagnosis(_ session: OpaquePointer) -> String {
        guard let words = cldap_diagnosis(session) else { return "" }
        defer { ldap_memfree(words) }
        return String(cString: words).split(whereSeparator: \.isNewline).joined(separator: "; ")
    }

    // MARK: - Searching

    /// Sends all searches and tells each result as it comes, by the search's place, in any order. What is not answered
    /// within the time limit fails alone.
    /// - Returns: Why the connection is of no use any more; nil when it still is.
    public func search(
        _ searches: [LDAPSearch], _ tell: (Int, Result<[LDAPEntry], LDAPError>) -> Void
    ) -> LDAPError? {
        guard let session else {
            let error = LDAPError(.unavailable, "the connection is closed")
            for place in searches.indices { tell(place, .failure(error)) }
            return error
        }
        var flights: [Int32: Int] = [:]
        var next = 0
        var deadline = Deadline(milliseconds: configuration.searchTimeout)
        while next < searches.count || !flights.isEmpty {
            while next < searches.count, flights.count < Self.window {
                var message: Int32 = 0
                let result = send(searches[next], session, &message)
                if result == LDAP_SUCCESS {
                    flights[message] = next
                } else {
                    tell(next, .failure(LDAPError(result: result)))
                }
                next += 1
                if result == LDAP_SERVER_DOWN { return lose(failure(session), flights, next..<searches.count, tell) }
            }
            guard !flights.isEmpty else { continue }
            var answer: OpaquePointer?
            let kind = cldap_result(session, deadline.remaining, &answer)
            defer { if let answer { ldap_msgfree(answer) } }
            if kind == 0 {
                let error = LDAPError(.timeout, "no answer within \(configuration.searchTimeout) ms")
                return lose(error, flights, next..<searches.count, tell)
            }
            guard kind > 0, let answer else { return lose(failure(session), flights, next..<searches.count, tell) }
            guard let place = flights.removeValue(forKey: ldap_msgid(answer)) else { continue }
            deadline = Deadline(milliseconds: configuration.searchTimeout)
            tell(place, read(answer, session))
        }
        return nil
    }

    private func send(_ search: LDAPSearch, _ session: OpaquePointer, _ message: inout Int32) -> Int32 {
        search.withAttributes { attributes in
            cldap_search(
                session, search.base, search.scope.rawValue, search.filter, attributes,
                Int32(clamping: configuration.searchTimeout), &message)
        }
    }

    /// Fails what is left and gives the connection up: an answer that comes later would belong to nobody.
    private func lose(
        _ error: LDAPError, _ flights: [Int32: Int], _ unsent: Range<Int>,
        _ tell: (Int, Result<[LDAPEntry], LDAPError>) -> Void
    ) -> LDAPError {
        for place in Array(flights.values) + Array(unsent) { tell(place, .failure(error)) }
        close()
        return error
    }

    func read(_ answer: OpaquePointer, _ session: OpaquePointer) -> Result<[LDAPEntry], LDAPError> {
        var entries: [LDAPEntry] = []
        var entry = ldap_first_entry(session, answer)
        while let found = entry, entries.count < Self.maximumEntries {
            entries.append(Self.entry(found, session))
            entry = ldap_next_entry(session, found)
        }
        let code = cldap_result_code(session, answer)
        // A domain that has no entry yet is no fault.
        guard code == LDAP_SUCCESS else { return .failure(LDAPError(result: code, Self.diagnosis(session))) }
        return .success(entries)
    }

    private static func entry(_ found: OpaquePointer, _ session: OpaquePointer) -> LDAPEntry {
        var entry = LDAPEntry(dn: "", attributes: [:])
        if let name = ldap_get_dn(session, found) {
            entry.dn = String(cString: name)
            ldap_memfree(name)
        }
        var cursor: OpaquePointer?
        var attribute = ldap_first_attribute(session, found, &cursor)
        while let name = attribute {
            if let values = ldap_get_values_len(session, found, name) {
                let count = Int(ldap_count_values_len(values))
                entry.attributes[String(cString: name).lowercased()] = (0..<count).compactMap { text(values[$0]) }
                ldap_value_free_len(values)
            }
            ldap_memfree(name)
            attribute = ldap_next_attribute(session, found, cursor)
        }
        if let cursor { ber_free(cursor, 0) }
        return entry
    }

    private static func text(_ value: UnsafeMutablePointer<berval>?) -> String? {
        guard let value, let bytes = value.pointee.bv_val else { return nil }
        return String(decoding: UnsafeRawBufferPointer(start: bytes, count: Int(value.pointee.bv_len)), as: UTF8.self)
    }
}

/// A moment until which something may take.
private struct Deadline {
    private let end: Int

    init(milliseconds: Int) {
        end = Self.now &+ milliseconds
    }

    var remaining: Int32 { Int32(clamping: max(0, end &- Self.now)) }

    private static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int(time.tv_sec) * 1000 + Int(time.tv_nsec) / 1_000_000
    }
}
