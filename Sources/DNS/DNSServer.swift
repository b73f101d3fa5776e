public import MailTypes

/// A server that answers for the DNS: its address and port.
public struct DNSServer: Sendable, Hashable {
    /// The port that is not written.
    public static let standardPort: UInt16 = 53

    /// Its address.
    public let address: IPAddress
    /// Its port, over UDP and TCP.
    public let port: UInt16

    /// A server.
    public init(_ address: IPAddress, port: UInt16 = DNSServer.standardPort) {
        self.address = address
        self.port = port
    }

    /// Reads `192.0.2.1`, `192.0.2.1:5300`, `2001:db8::1` or `[2001:db8::1]:5300`.
    public init?(parsing text: String) {
        if let address = IPAddress(parsing: text) {
            self.init(address)
            return
        }
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let digits = text[text.utf8.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (48...57).contains($0) }), let port = UInt16(digits), port > 0 else {
            return nil
        }
        let host = text[..<colon]
        let isBracketed = host.utf8.first == UInt8(ascii: "[") && host.utf8.last == UInt8(ascii: "]")
        guard let address = IPAddress(parsing: String(isBracketed ? host.dropFirst().dropLast() : host)),
            isBracketed == host.utf8.contains(UInt8(ascii: ":"))
        else { return nil }
        self.init(address, port: port)
    }
}

extension DNSServer: CustomStringConvertible {
    /// Address and port: `192.0.2.1:53`, `[2001:db8::1]:53`.
    public var description: String {
        switch address {
        case .v4: "\(address):\(port)"
        case .v6: "[\(address)]:\(port)"
        }
    }
}
