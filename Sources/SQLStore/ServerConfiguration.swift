public import Configuration

/// How to reach a database server: PostgreSQL, or MariaDB and MySQL.
public struct ServerConfiguration: Hashable, Sendable {
    /// What a connection does about TLS.
    public enum TLS: String, Hashable, Sendable, CaseIterable {
        /// None.
        case off
        /// When the server has it; who answers is not verified.
        case prefer
        /// Always; who answers is not verified.
        case require
        /// Always, and the certificate must be valid for the host.
        case verify
    }

    /// A name, an address, or an absolute path: the directory of PostgreSQL's socket, the socket of MariaDB.
    public var host: String
    /// The port; for PostgreSQL also part of the socket's name.
    public var port: Int
    /// The database's name.
    public var database: String
    /// The role or user.
    public var user: String
    /// The password; nil when the server identifies the user by other means.
    public var password: Secret?
    /// What to do about TLS. On a Unix socket there is none.
    public var tls = TLS.prefer
    /// The file with the certificates of authorities that may vouch for the server, for ``TLS-swift.enum/verify``.
    public var tlsCAFile = Self.systemCertificates
    /// How long a connection may take to be made, in milliseconds.
    public var connectTimeout = 2000
    /// How long a statement may take, in milliseconds.
    public var statementTimeout = 2000
    /// What the server shows as the client's name.
    public var applicationName = "postern"
    /// Whether a server that allows no writing will do.
    public var isReadOnly = false
    /// How many prepared statements are kept.
    public var statementCache = 128

    /// Where Debian and others keep the certificates of the authorities that the system trusts.
    public static let systemCertificates = "/etc/ssl/certs/ca-certificates.crt"
    /// The server cancels a statement at its limit. So much later nothing is expected of it any more, in milliseconds.
    static let grace = 500
    /// How long a statement waits for another transaction's lock, in milliseconds; then its batch looks at the
    /// deadlines and is repeated.
    var lockTimeout: Int { min(1000, statementTimeout / 2) }

    /// Settings for a server, everything else as shipped.
    public init(host: String, port: Int, database: String, user: String, password: Secret? = nil) {
        self.host = host
        self.port = port
        self.database = database
        self.user = user
        self.password = password
    }

    /// Whether the host is a path.
    var isLocalSocket: Bool { host.hasPrefix("/") }
}
