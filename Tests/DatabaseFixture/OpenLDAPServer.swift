internal import Glibc
public import SuiteFixture

/// An OpenLDAP server in a temporary directory, with the parts of iRedMail's schema that are used: on the loopback
/// address with StartTLS, and with TLS from the start on another port.
public final class OpenLDAPServer: FixtureServer {
    /// The directory of the data and the certificates.
    public let directory: TemporaryDirectory
    /// The port.
    public let port: Int
    /// The port for TLS.
    public let tlsPort: Int
    /// Its process.
    public let process: ServerProcess

    /// Below this entry are the domains.
    public static let baseDN = "o=domains,dc=test"
    /// Who may read.
    public static let bindDN = "cn=vmail,dc=test"
    /// His password.
    public static let password = "correct horse battery"

    /// A server with these entries below ``baseDN``.
    /// - Parameter settings: Further lines about the database.
    public init(ldif: String, settings: String = "") throws {
        directory = try TemporaryDirectory()
        port = Socket.freePort()
        tlsPort = Socket.freePort()
        let path = directory.path
        try makeCertificates(in: path)
        try run("/bin/mkdir", ["\(path)/db"])
        try directory.write(ldapSchema, to: "mail.schema")
        try directory.write(Self.settings(path) + settings + "\n", to: "slapd.conf")
        try directory.write(Self.roots + "\n" + ldif, to: "init.ldif")
        try run("/usr/sbin/slapadd", ["-q", "-f", "\(path)/slapd.conf", "-l", "\(path)/init.ldif"])
        process = ServerProcess(
            command: [
                "/usr/sbin/slapd", "-d", "0", "-f", "\(path)/slapd.conf", "-h",
                "ldap://127.0.0.1:\(port) ldaps://127.0.0.1:\(tlsPort)",
            ], log: "\(path)/log", pidFile: "\(path)/pid")
        try start()
    }

    private static func settings(_ path: String) -> String {
        """
        include /etc/ldap/schema/core.schema
        include /etc/ldap/schema/cosine.schema
        include /etc/ldap/schema/inetorgperson.schema
        include /etc/ldap/schema/nis.schema
        include \(path)/mail.schema
        modulepath /usr/lib/ldap
        moduleload back_mdb
        pidfile \(path)/pid
        TLSCACertificateFile \(path)/ca.crt
        TLSCertificateFile \(path)/server.crt
        TLSCertificateKeyFile \(path)/server.key
        database mdb
        suffix "dc=test"
        rootdn "cn=Manager,dc=test"
        rootpw secret
        directory \(path)/db
        maxsize 104857600
        dbnosync
        index objectClass eq
        index mail,shadowAddress,domainName,domainAliasName,memberOfGroup,mailForwardingAddress eq
        access to attrs=userPassword by anonymous auth by * none
        access to * by dn="\(bindDN)" read by * none

        """
    }

    private static let roots = """
        dn: dc=test
        objectClass: dcObject
        objectClass: organization
        o: test
        dc: test

        dn: \(bindDN)
        objectClass: person
        objectClass: simpleSecurityObject
        cn: vmail
        sn: vmail
        userPassword: \(password)

        dn: \(baseDN)
        objectClass: organization
        o: domains

        """

    /// Adds or changes entries, as an administrator does.
    public func administer(_ ldif: String) throws {
        try directory.write(ldif, to: "change.ldif")
        try run(
            "/usr/bin/ldapmodify",
            [
                "-x", "-H", "ldap://127.0.0.1:\(port)", "-D", "cn=Manager,dc=test", "-w", "secret", "-f",
                "\(directory.path)/change.ldif",
            ])
    }

    // MARK: - Its life

    /// What it is called.
    public static let title = "slapd"

    /// Asks it something.
    public func tryIt() throws {
        _ = close(try connectToLoopback(port: port))
    }
}
