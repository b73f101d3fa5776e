/// An attribute of a policy request (SMTPD_POLICY_README).
///
/// The raw values index the tables of `PolicyRequest`; they never leave the process.
public enum PolicyAttribute: UInt8, CaseIterable, Sendable {
    /// The name of the protocol: `smtpd_access_policy`.
    case request
    /// The SMTP command being judged; read it through `PolicyRequest.protocolState`.
    case protocolState
    /// `SMTP` or `ESMTP`.
    case protocolName
    /// The name the client gave in HELO or EHLO, as sent.
    case heloName
    /// The queue file name; empty before the first recipient is accepted.
    case queueID
    /// The envelope sender; empty for the null sender.
    case sender
    /// The envelope recipient; from DATA on only when there is just one.
    case recipient
    /// The number of accepted recipients; not zero only at DATA and END-OF-MESSAGE.
    case recipientCount
    /// The IP address of the client, or `unknown`.
    case clientAddress
    /// The verified name of the client, or `unknown`.
    case clientName
    /// The name from the reverse look-up alone. Unverified: never trust it.
    case reverseClientName
    /// The same for all requests of one message; unique on one host only.
    case instance
    /// The SASL mechanism; empty without authentication.
    case saslMethod
    /// The authenticated user; empty without authentication.
    case saslUsername
    /// The AUTH parameter of MAIL FROM.
    case saslSender
    /// Bytes: what MAIL FROM announced, the true size only at END-OF-MESSAGE.
    case size
    /// The common name of the client certificate.
    case ccertSubject
    /// The common name of its issuer.
    case ccertIssuer
    /// The fingerprint of the client certificate.
    case ccertFingerprint
    /// The TLS version, such as `TLSv1.3`.
    case encryptionProtocol
    /// The TLS cipher.
    case encryptionCipher
    /// The key size of the cipher in bits.
    case encryptionKeysize
    /// The argument of ETRN.
    case etrnDomain
    /// `yes` while Postfix sheds load (STRESS_README), else empty.
    case stress
    /// The fingerprint of the public key in the client certificate. Since Postfix 2.9.
    case ccertPubkeyFingerprint
    /// The TCP port of the client. Since Postfix 3.0.
    case clientPort
    /// A text the administrator gave to `check_policy_service`. Since Postfix 3.1.
    case policyContext
    /// The IP address the client connected to. Since Postfix 3.2.
    case serverAddress
    /// The TCP port the client connected to. Since Postfix 3.2.
    case serverPort
    /// The `compatibility_level` of Postfix. Since Postfix 3.8.
    case compatibilityLevel
    /// The version of Postfix. Since Postfix 3.8.
    case mailVersion
    /// The server name the client asked for in TLS. Since Postfix 3.12.
    case tlsSNI

    /// The name on the wire, such as `client_address`.
    public var name: String { Self.names[Int(rawValue)] }

    private static let names = allCases.map(\.wireName.description)
}

extension PolicyAttribute {
    /// How many attributes there are: the length of a table indexed by raw value.
    static let total = 32

    /// The name on the wire, as a constant.
    var wireName: StaticString {
        switch self {
        case .request: "request"
        case .protocolState: "protocol_state"
        case .protocolName: "protocol_name"
        case .heloName: "helo_name"
        case .queueID: "queue_id"
        case .sender: "sender"
        case .recipient: "recipient"
        case .recipientCount: "recipient_count"
        case .clientAddress: "client_address"
        case .clientName: "client_name"
        case .reverseClientName: "reverse_client_name"
        case .instance: "instance"
        case .saslMethod: "sasl_method"
        case .saslUsername: "sasl_username"
        case .saslSender: "sasl_sender"
        case .size: "size"
        case .ccertSubject: "ccert_subject"
        case .ccertIssuer: "ccert_issuer"
        case .ccertFingerprint: "ccert_fingerprint"
        case .encryptionProtocol: "encryption_protocol"
        case .encryptionCipher: "encryption_cipher"
        case .encryptionKeysize: "encryption_keysize"
        case .etrnDomain: "etrn_domain"
        case .stress: "stress"
        case .ccertPubkeyFingerprint: "ccert_pubkey_fingerprint"
        case .clientPort: "client_port"
        case .policyContext: "policy_context"
        case .serverAddress: "server_address"
        case .serverPort: "server_port"
        case .compatibilityLevel: "compatibility_level"
        case .mailVersion: "mail_version"
        case .tlsSNI: "tls_sni"
        }
    }
}
