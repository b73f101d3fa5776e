/// The address of the SMTP client as Postfix gives it.
public enum ClientAddress: Sendable, Hashable {
    /// A literal address.
    case address(IPAddress)

    /// Anything else: `unknown`, nothing, an address with a zone. In lower case, without controls, at most 320 bytes.
    case unknown(String)

    /// Takes any text.
    public init(parsing text: String) {
        if let address = IPAddress(parsing: text) {
            self = .address(address)
        } else {
            self = .unknown(EnvelopeAddress.cleaned(text))
        }
    }

    /// The address, if it is one.
    public var address: IPAddress? {
        guard case .address(let address) = self else { return nil }
        return address
    }

    /// True for 127.0.0.0/8 and `::1`.
    public var isLoopback: Bool { address?.isLoopback ?? false }

    /// The wildcard entries that cover an IPv4 client `w.x.y.z`: `w.x.y.*` and `w.x.*.z`, or with `all` each of the
    /// 15 forms with at least one `*`, those with fewer of them first. Other clients have none.
    public func wildcardForms(all: Bool) -> [String] {
        guard case .v4(let number)? = address else { return [] }
        let masks = all ? ClientAddress.everyMask : ClientAddress.oneOfTheLast
        return masks.map { IPAddress.text(of: number, hiding: $0) }
    }

    /// One of the last two fields; the last field in the lowest bit.
    private static let oneOfTheLast = [0b0001, 0b0010]

    /// Every choice of fields.
    private static let everyMask = (1...15).sorted { left, right in
        (left.nonzeroBitCount, left) < (right.nonzeroBitCount, right)
    }
}

extension ClientAddress: CustomStringConvertible {
    /// The canonical text of the address, or the kept text.
    public var description: String {
        switch self {
        case .address(let address): address.description
        case .unknown(let text): text
        }
    }
}
