public import Configuration

/// How to reach a directory server.
///
///     { engine: ldap, uri: "ldaps://ldap.example.com", base-dn: "o=domains,dc=example,dc=com",
///       bind-dn: "cn=vmail,dc=example,dc=com", password-file: /etc/postern/ldap.password }
public struct LDAPConfiguration: Hashable, Sendable {
    /// What a connection does about TLS.
    public enum TLS: String, Hashable, Sendable, CaseIterable {
        /// None.
        case off
        /// Always; who answers is not verified.
        case require
        /// Always, and the certificate must be valid for the host.
        case verify
    }

    /// `ldap://`, `ldaps://` or `ldapi://`. Over `ldap://` TLS is begun by StartTLS.
    public var uri: String
    /// Where the entries are.
    public var baseDN: String
    /// Who asks; empty for nobody.
    public var bindDN = ""
    /// His password.
    public var password: Secret?
    /// What to do about TLS.
    public var tls = TLS.off
    /// The file with the certificates of authorities that may vouch for the server, for ``TLS-swift.enum/verify``.
    public var tlsCAFile = "/etc/ssl/certs/ca-certificates.crt"
    /// How long a connection may take to be made, in milliseconds.
    public var connectTimeout = 2000
    /// How long a search may take, in milliseconds.
    public var searchTimeout = 2000
    /// `password-file`, for printing.
    private var passwordFile: String?

    /// Settings for a server, everything else as shipped.
    public init(uri: String, baseDN: String) {
        self.uri = uri
        self.baseDN = baseDN
    }

    /// Reads the mapping; `engine` is for others to read.
    public init(from mapping: ConfigurationMapping) {
        uri = mapping.value("uri", default: "ldap://127.0.0.1:389", as: .ldapURI)
        baseDN = mapping.string("base-dn")
        bindDN = mapping.string("bind-dn", default: "", allowEmpty: true)
        password = mapping.optionalSecret("password")
        passwordFile = mapping.item("password-file")?.scalar?.text
        tls = mapping.choice("tls", of: TLS.self, default: isNearby ? .off : .verify)
        tlsCAFile = mapping.value("tls-ca-file", default: tlsCAFile, as: .file)
        connectTimeout = Self.limit("connect-timeout", mapping)
        searchTimeout = Self.limit("search-timeout", mapping)
        check(mapping)
    }

    private static func limit(_ key: String, _ mapping: ConfigurationMapping) -> Int {
        Int(mapping.duration(key, default: .seconds(2), in: .milliseconds(100)...(.seconds(30))).milliseconds)
    }

    private func check(_ mapping: ConfigurationMapping) {
        if bindDN.isEmpty, mapping.has("password-file") {
            mapping.report("password-file", "only used with bind-dn")
        }
        if !bindDN.isEmpty, !mapping.has("password-file") {
            mapping.report("password-file", "required with bind-dn, but not given")
        }
        if uri.hasPrefix("ldaps:"), tls == .off { mapping.report("tls", "ldaps:// is TLS; expected require or verify") }
        if uri.hasPrefix("ldapi:"), tls != .off { mapping.report("tls", "a Unix socket has no TLS; expected off") }
        if tls != .verify, mapping.has("tls-ca-file") { mapping.report("tls-ca-file", "only used with tls: verify") }
    }

    /// Whether the server is on this host, and its connection not encrypted by the URI.
    private var isNearby: Bool {
        if uri.hasPrefix("ldapi:") { return true }
        guard uri.hasPrefix("ldap://") else { return false }
        let host = uri.dropFirst(7).prefix { $0 != "/" }
        return ["127.", "localhost", "[::1]"].contains { host.hasPrefix($0) }
    }

    /// Whether StartTLS is asked for.
    var startsTLS: Bool { uri.hasPrefix("ldap:") && tls != .off }

    /// The mapping with every key written out; the password's file, never the password.
    public func normalised() -> ConfigurationNode {
        ConfigurationNode(mapping: [
            ("engine", ConfigurationNode("ldap")), ("uri", ConfigurationNode(uri)),
            ("base-dn", ConfigurationNode(baseDN)), ("bind-dn", ConfigurationNode(bindDN)),
            ("password-file", passwordFile.map { ConfigurationNode($0) }), ("tls", ConfigurationNode(tls.rawValue)),
            ("tls-ca-file", tls == .verify ? ConfigurationNode(tlsCAFile) : nil),
            ("connect-timeout", ConfigurationNode(.milliseconds(Int64(connectTimeout)))),
            ("search-timeout", ConfigurationNode(.milliseconds(Int64(searchTimeout)))),
        ])
    }
}

extension ConfigurationReading where Value == String {
    fileprivate static var ldapURI: ConfigurationReading<String> {
        .parsed("one URI such as ldap://127.0.0.1:389, ldaps://ldap.example.com or ldapi://", placeholder: "ldap://") {
            text in
            let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: ",") }
            let isKnown = ["ldap://", "ldaps://", "ldapi://"].contains { text.hasPrefix($0) }
            return isPlain && isKnown && text.utf8.count <= 500 ? text : nil
        }
    }

    fileprivate static var file: ConfigurationReading<String> {
        .parsed("the absolute path of a file with certificates", placeholder: "/") { $0.hasPrefix("/") ? $0 : nil }
    }
}
