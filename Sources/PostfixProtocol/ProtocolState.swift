/// The SMTP command a policy request is about: the attribute `protocol_state` (SMTPD_POLICY_README).
///
/// The raw values index tables; they never leave the process.
public enum ProtocolState: Int, Sendable, Hashable, CaseIterable {
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
    init(parsing bytes: UnsafeRawBufferPointer) {
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
        case 4: ofFourLetters.first { $0.isCalled(bytes) }
        case 7: connect.isCalled(bytes) ? .connect : nil
        case 14: endOfMessage.isCalled(bytes) ? .endOfMessage : nil
        default: nil
        }
    }

    private static let ofFourLetters: [ProtocolState] = [.rcpt, .mail, .ehlo, .helo, .data, .vrfy, .etrn]

    private func isCalled(_ bytes: some Collection<UInt8>) -> Bool {
        zip(bytes, name.utf8).allSatisfy { byte, letter in Self.upperCase(byte) == letter }
    }

    /// ASCII only: no other letter's upper case is one of ours.
    private static func upperCase(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") ? byte & 0xdf : byte
    }
}
