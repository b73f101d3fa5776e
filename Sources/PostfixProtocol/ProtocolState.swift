public import NIOCore

/// The SMTP command a policy request is about: the attribute `protocol_state` (SMTPD_POLICY_README).
public enum ProtocolState: Sendable, Hashable, CaseIterable {
    /// A client connected.
    case connect
    /// EHLO.
    case ehlo
    /// HELO.
    case helo
    /// MAIL FROM.
    case mail
    /// RCPT TO: one request for each recipient.
    case rcpt
    /// DATA.
    case data
    /// The message has arrived: one request for each message.
    case endOfMessage
    /// VRFY.
    case vrfy
    /// ETRN.
    case etrn
    /// A state that no check handles, such as XCLIENT.
    case other
    /// The attribute is absent or empty.
    case missing

    /// The state called `text`, in upper or lower case.
    public init(parsing text: String) {
        self = Self.known(text.utf8) ?? (text.isEmpty ? .missing : .other)
    }

    /// The state called `bytes`, in upper or lower case.
    public init(parsing bytes: ByteBufferView) {
        self = Self.known(bytes) ?? (bytes.isEmpty ? .missing : .other)
    }

    /// The name as Postfix writes it; `OTHER` and `MISSING` for what has none.
    public var name: String {
        switch self {
        case .connect: "CONNECT"
        case .ehlo: "EHLO"
        case .helo: "HELO"
        case .mail: "MAIL"
        case .rcpt: "RCPT"
        case .data: "DATA"
        case .endOfMessage: "END-OF-MESSAGE"
        case .vrfy: "VRFY"
        case .etrn: "ETRN"
        case .other: "OTHER"
        case .missing: "MISSING"
        }
    }

    private static func known(_ bytes: some Collection<UInt8>) -> ProtocolState? {
        switch bytes.count {
        case 4: first(of: [.rcpt, .mail, .ehlo, .helo, .data, .vrfy, .etrn], called: bytes)
        case 7: first(of: [.connect], called: bytes)
        case 14: first(of: [.endOfMessage], called: bytes)
        default: nil
        }
    }

    private static func first(of states: [ProtocolState], called bytes: some Collection<UInt8>) -> ProtocolState? {
        states.first { state in
            bytes.elementsEqual(state.name.utf8) { byte, letter in upperCase(byte) == letter }
        }
    }

    /// ASCII only: no other letter's upper case is one of ours.
    private static func upperCase(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") ? byte & 0xdf : byte
    }
}
