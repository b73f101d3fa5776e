/// What went wrong in a database: a closed code to decide by, a message for the log, and the statement with its
/// placeholders. Bound values are never in it, so it can be logged as it is.
public struct SQLError: Error, Hashable, Sendable {
    /// The kinds of failure that callers tell apart.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        /// Somebody else holds a lock; the same transaction may succeed when repeated.
        case busy
        /// A constraint refused the change.
        case constraint
        /// The disk, or the space that the database may use, is full.
        case full
        /// The database or its file cannot be written.
        case readOnly
        /// The user lacks a privilege.
        case denied
        /// The file is damaged or is no database.
        case corrupt
        /// Reading or writing failed in the operating system.
        case ioError
        /// The schema is newer than this program, or not what it expects.
        case schema
        /// The server took longer than it may, and has given the statement up.
        case timeout
        /// There is no connection, or no longer; what was not committed is not recorded.
        case unavailable
        /// The connection was lost during COMMIT: whether it happened, nobody here can say.
        case commitUnknown
        /// Anything else, such as an error in a statement.
        case other
    }

    /// The kind of failure.
    public var code: Code
    /// The engine's or the store's words, without values.
    public var message: String
    /// The statement that failed, with placeholders; empty when there was none.
    public var statement: String

    /// Makes an error.
    public init(_ code: Code, _ message: String, statement: String = "") {
        self.code = code
        self.message = message
        self.statement = statement
    }

    /// Any error as one of this type. Only the type's name is kept of others, since their text may hold values.
    init(wrapping error: any Error) {
        self = error as? SQLError ?? SQLError(.other, "\(type(of: error))")
    }
}

extension SQLError: CustomStringConvertible {
    /// One line for the log.
    public var description: String {
        statement.isEmpty ? "\(code.rawValue): \(message)" : "\(code.rawValue): \(message) [\(statement)]"
    }
}
