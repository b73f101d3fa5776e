internal import Glibc

/// The text is no address of a socket.
public struct MalformedSocketAddress: Error, Sendable, Equatable, CustomStringConvertible {
    /// The text as it was given.
    public let text: String

    /// What would be one.
    public var description: String {
        "\"\(text)\" is not an address such as 127.0.0.1:7777, [::1]:7777 or unix:/path"
    }
}

/// The address of a socket, as it is written in the configuration.
///
/// `127.0.0.1:7777`, `[::1]:7777` or `unix:/run/postern/greylist.sock`; names are not resolved.
public enum SocketAddressText: Equatable, Hashable, Sendable, CustomStringConvertible {
    /// An IPv4 address and a port from 1 to 65,535.
    case ipv4(String, port: UInt16)
    /// An IPv6 address without brackets and zone, and a port from 1 to 65,535.
    case ipv6(String, port: UInt16)
    /// An absolute path of at most 107 bytes: unix(7).
    case unix(path: String)

    /// The longest path of a Unix socket in bytes.
    public static let longestPath = 107

    /// The address in that text; a relative Unix path is below `directory`.
    public init(parsing text: String, directory: String? = nil) throws(MalformedSocketAddress) {
        guard let address = Self.unix(text, directory) ?? Self.internet(text) else {
            throw MalformedSocketAddress(text: text)
        }
        self = address
    }

    private static func unix(_ text: String, _ directory: String?) -> SocketAddressText? {
        guard text.hasPrefix("unix:") else { return nil }
        var path = String(text.dropFirst("unix:".count))
        if !path.hasPrefix("/"), !path.isEmpty, let directory { path = directory + "/" + path }
        guard path.hasPrefix("/"), path.utf8.count > 1, path.utf8.count <= longestPath, !path.utf8.contains(0) else {
            return nil
        }
        return .unix(path: path)
    }

    private static func internet(_ text: String) -> SocketAddressText? {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (48...57).contains($0) }), let port = UInt16(digits), port > 0 else {
            return nil
        }
        let host = text[..<colon]
        if host.first == "[" && host.last == "]" {
            let inner = String(host.dropFirst().dropLast())
            return isAddress(inner, family: AF_INET6) ? .ipv6(inner, port: port) : nil
        }
        return isAddress(String(host), family: AF_INET) ? .ipv4(String(host), port: port) : nil
    }

    private static func isAddress(_ text: String, family: Int32) -> Bool {
        var buffer = in6_addr()
        return !text.utf8.contains(0) && inet_pton(family, text, &buffer) == 1
    }

    /// The path of a Unix socket; nil for the others.
    public var unixPath: String? {
        if case .unix(let path) = self { return path }
        return nil
    }

    /// Whether others than this host can reach it.
    public var isOpenToOthers: Bool {
        switch self {
        case .ipv4(let host, _): !host.hasPrefix("127.")
        case .ipv6(let host, _): host != "::1"
        case .unix: false
        }
    }

    /// The text ``init(parsing:directory:)`` reads.
    public var description: String {
        switch self {
        case .ipv4(let host, let port): "\(host):\(port)"
        case .ipv6(let host, let port): "[\(host)]:\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
