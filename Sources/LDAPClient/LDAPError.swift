internal import CLDAP

/// What went wrong with a directory server; values of searches are never in it.
public struct LDAPError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of failure that callers tell apart.
    public enum Code: String, Hashable, Sendable {
        /// There is no connection, or no longer.
        case unavailable
        /// The server has not answered in time.
        case timeout
        /// The server refuses the name, the password, or to show what was asked for.
        case denied
        /// The server lacks what the search names: its base, or a part of its schema.
        case schema
        /// Anything else.
        case other
    }

    /// The kind of failure.
    public var code: Code
    /// The server's or the library's words.
    public var message: String

    /// Makes an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The error of a result code.
    init(result: Int32, _ words: String = "") {
        var name = ldap_err2string(result).map { String(cString: $0) } ?? "error \(result)"
        if result == LDAP_SIZELIMIT_EXCEEDED {
            name += " (the server does not let this user have the whole answer; raise its limit for him)"
        }
        self.init(Code(result: result), words.isEmpty ? name : "\(name): \(words)")
    }

    /// One line for the log.
    public var description: String { "\(code.rawValue): \(message)" }
}

extension LDAPError.Code {
    fileprivate init(result: Int32) {
        switch result {
        case LDAP_INVALID_CREDENTIALS, LDAP_INSUFFICIENT_ACCESS, LDAP_INAPPROPRIATE_AUTH, LDAP_STRONG_AUTH_REQUIRED,
            LDAP_CONFIDENTIALITY_REQUIRED, LDAP_AUTH_UNKNOWN:
            self = .denied
        case LDAP_NO_SUCH_OBJECT, LDAP_UNDEFINED_TYPE, LDAP_INVALID_DN_SYNTAX: self = .schema
        case LDAP_TIMEOUT, LDAP_TIMELIMIT_EXCEEDED: self = .timeout
        case LDAP_SERVER_DOWN, LDAP_CONNECT_ERROR, LDAP_UNAVAILABLE, LDAP_BUSY, LDAP_LOCAL_ERROR: self = .unavailable
        default: self = .other
        }
    }
}
