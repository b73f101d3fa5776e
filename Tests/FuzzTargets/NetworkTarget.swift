import MailTypes
import ServiceProtocol

/// Addresses of clients, networks, wildcard addresses, and addresses of sockets.
public enum NetworkTarget: FuzzTarget {
    /// `network`
    public static let name = "network"

    /// Reads the text as each of them.
    public static func check(_ bytes: [UInt8]) throws(BrokenInvariant) {
        let text = String(decoding: bytes, as: UTF8.self)
        let address = IPAddress(parsing: text)
        let network = Network(parsing: text)
        let wildcard = WildcardIPv4(parsing: text)
        if let address { try check(address) }
        if let network { try check(network) }
        if let wildcard { try check(wildcard, of: text) }
        try hold(address == nil || network?.hostBits == 0, "an address is no network of itself")
        try hold(wildcard == nil || network == nil, "a wildcard address is a network")
        let isTrusted = (try? TrustedNetworks([text])) != nil
        try same(isTrusted, network != nil || wildcard != nil, "an entry of the trusted networks")
        try check(ClientAddress(parsing: text), address)
        try checkSocketAddress(text)
    }

    private static func check(_ address: IPAddress) throws(BrokenInvariant) {
        try same(IPAddress(parsing: address.description), address, "the text of an address")
        let network = try must(Network(parsing: address.description), "an address is no network")
        try hold(network.base == address && network.contains(address), "a network of one address")
        let trusted = try succeed("a trusted address") { try TrustedNetworks([address.description]) }
        try hold(trusted.contains(.address(address)), "a trusted address is not trusted")
    }

    private static func check(_ network: Network) throws(BrokenInvariant) {
        try same(Network(parsing: network.description), network, "the text of a network")
        try hold(network.contains(network.base), "a network is without its first address")
        try hold((0...network.base.bitWidth).contains(network.prefixLength), "the length of a prefix")
        try same(network.hostBits + network.prefixLength, network.base.bitWidth, "the bits of a network")
    }

    private static func check(_ wildcard: WildcardIPv4, of text: String) throws(BrokenInvariant) {
        try same(WildcardIPv4(parsing: wildcard.description), wildcard, "the text of a wildcard address")
        let member = try must(
            IPAddress(parsing: wildcard.description.replacing("*", with: "7")), "a wildcard address without members")
        try hold(wildcard.matches(member), "\(member) is not in \(wildcard)")
        let forms = ClientAddress.address(member).wildcardForms(all: true)
        try hold(forms.contains(wildcard.description), "\(wildcard) is none of the forms that cover \(member)")
        try same(forms.count, 15, "the forms that cover an address")
    }

    private static func check(_ client: ClientAddress, _ address: IPAddress?) throws(BrokenInvariant) {
        try same(client.address, address, "the address of a client")
        let text = client.description
        try hold(!text.hasControl && text.utf8.count <= Mailbox.maximumLength, "the text of a client")
    }

    private static func checkSocketAddress(_ text: String) throws(BrokenInvariant) {
        guard let address = try? SocketAddressText(parsing: text) else { return }
        let again = try succeed("the text of a socket's address") { try SocketAddressText(parsing: "\(address)") }
        try same(again, address, "the text of a socket's address")
        try hold((address.unixPath?.utf8.count ?? 0) <= SocketAddressText.longestPath, "the path of a socket")
    }
}
