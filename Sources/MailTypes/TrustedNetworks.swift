/// An entry of the trusted networks that is none.
public struct TrustedNetworksError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The entry as it was given.
    public let entry: String

    /// The error in words.
    public var description: String {
        "\"\(entry)\" is not an address, a network (192.0.2.0/24, 2001:db8::/32) or a wildcard address (192.0.2.*)"
    }
}

/// The clients that are trusted whatever they send.
public struct TrustedNetworks: Sendable, Hashable {
    private var addresses: Set<IPAddress> = []
    private var networks: [Network] = []
    private var wildcards: [WildcardIPv4] = []

    /// Only this host.
    public static let loopbackOnly = TrustedNetworks(none: ())

    private init(none: Void) {}

    /// Takes addresses, networks and wildcard addresses. 127.0.0.0/8 and `::1` are always trusted and need no entry.
    public init(_ entries: [String] = []) throws(TrustedNetworksError) {
        for entry in entries {
            if let address = IPAddress(parsing: entry) {
                addresses.insert(address)
            } else if let network = Network(parsing: entry) {
                networks.append(network)
            } else if let wildcard = WildcardIPv4(parsing: entry) {
                wildcards.append(wildcard)
            } else {
                throw TrustedNetworksError(entry: entry)
            }
        }
    }

    /// True for a client one of the entries covers. A client without a literal address is not trusted.
    public func contains(_ client: ClientAddress) -> Bool {
        guard let address = client.address else { return false }
        if address.isLoopback || addresses.contains(address) { return true }
        return networks.contains { $0.contains(address) } || wildcards.contains { $0.matches(address) }
    }
}
