public import Configuration
public import MailTypes
public import ServiceProtocol

/// A listener of the frontend: what is spoken there and what for.
public struct ListenerConfiguration: Sendable, ConfigurationPrintable {
    /// The protocols Postfix speaks to us.
    public enum Purpose: Sendable, Equatable {
        /// The policy delegation protocol (SMTPD_POLICY_README), read by the policy of this name.
        case policy(String)
        /// tcp_table(5), answered from this map.
        case tcpTable(map: String)
        /// socketmap_table(5); the client names the map.
        case socketmap
    }

    private enum WireProtocol: String, CaseIterable {
        case policy, tcpTable = "tcp-table", socketmap
    }

    /// Its name: the FileDescriptorName of its socket unit.
    public var name: String
    /// What is spoken there.
    public var purpose: Purpose
    /// Where `postern run` binds it; under systemd the socket unit says so.
    public var addresses: [SocketAddressText]
    /// The mode of its Unix sockets.
    public var mode: UInt32
    /// The group of its Unix sockets; nil leaves the process's own.
    public var group: String?
    /// Networks of clients that may connect over TCP beside this host.
    public var allowFrom: [String]
    /// The same, parsed.
    public var allowedClients: TrustedNetworks

    /// Reads the listener `name`.
    public init(name: String, from mapping: ConfigurationMapping, common: CommonConfiguration) {
        self.name = name
        let shipped = Self.shipped(name, common)
        let kind = mapping.choice("protocol", of: WireProtocol.self, default: Self.wireProtocol(shipped?.purpose))
        let policy = mapping.string("policy", default: Self.policy(shipped?.purpose))
        let map = mapping.choice(
            "map", of: ["srs-forward": "srs-forward", "srs-reverse": "srs-reverse"],
            default: Self.map(shipped?.purpose) ?? "srs-forward")
        switch kind {
        case .policy: purpose = .policy(policy)
        case .tcpTable: purpose = .tcpTable(map: map)
        case .socketmap: purpose = .socketmap
        }
        addresses = mapping.value(
            "addresses", default: shipped?.addresses ?? [],
            as: .list(of: .socketAddress(directory: common.runtimeDirectory)))
        mode = mapping.value("mode", default: 0o660, as: .fileMode)
        group = mapping.optionalString("group")
        allowFrom = mapping.strings("allow-from", default: [])
        do {
            allowedClients = try TrustedNetworks(allowFrom)
        } catch {
            mapping.report("allow-from", "\(error)")
            allowedClients = .loopbackOnly
        }
        for address in addresses where address.isOpenToOthers && allowFrom.isEmpty {
            mapping.report(
                "addresses", "\(address) is not a loopback address; list the networks that may connect in allow-from")
        }
    }

    private init(_ name: String, _ purpose: Purpose, _ addresses: [SocketAddressText]) {
        self.name = name
        self.purpose = purpose
        self.addresses = addresses
        mode = 0o660
        group = nil
        allowFrom = []
        allowedClients = .loopbackOnly
    }

    /// The listeners of a configuration that names none: the conventional ports, and Unix sockets beside them.
    public static func shipped(_ common: CommonConfiguration) -> [ListenerConfiguration] {
        func addresses(_ texts: String...) -> [SocketAddressText] {
            texts.compactMap { try? SocketAddressText(parsing: $0, directory: common.runtimeDirectory) }
        }
        return [
            ListenerConfiguration("policy", .policy("default"), addresses("127.0.0.1:7777", "unix:policy")),
            ListenerConfiguration("srs-forward", .tcpTable(map: "srs-forward"), addresses("127.0.0.1:7778")),
            ListenerConfiguration("srs-reverse", .tcpTable(map: "srs-reverse"), addresses("127.0.0.1:7779")),
            ListenerConfiguration("socketmap", .socketmap, addresses("unix:socketmap")),
        ]
    }

    private static func shipped(_ name: String, _ common: CommonConfiguration) -> ListenerConfiguration? {
        shipped(common).first { $0.name == name }
    }

    private static func wireProtocol(_ purpose: Purpose?) -> WireProtocol {
        switch purpose {
        case .tcpTable: .tcpTable
        case .socketmap: .socketmap
        case .policy, nil: .policy
        }
    }

    private static func policy(_ purpose: Purpose?) -> String {
        if case .policy(let name) = purpose { return name }
        return "default"
    }

    private static func map(_ purpose: Purpose?) -> String? {
        if case .tcpTable(let map) = purpose { return map }
        return nil
    }

    /// The listener with every key written out.
    public func normalised() -> ConfigurationNode {
        let octal = "0" + String(mode, radix: 8)
        return ConfigurationNode(mapping: [
            ("protocol", ConfigurationNode(Self.wireProtocol(purpose).rawValue)),
            ("policy", purpose.isPolicy ? ConfigurationNode(Self.policy(purpose)) : nil),
            ("map", Self.map(purpose).map { ConfigurationNode($0) }),
            ("addresses", ConfigurationNode(addresses.map(\.description))),
            ("mode", ConfigurationNode(octal)),
            ("group", group.map { ConfigurationNode($0) }),
            ("allow-from", ConfigurationNode(allowFrom)),
        ])
    }
}

extension ListenerConfiguration.Purpose {
    var isPolicy: Bool {
        if case .policy = self { return true }
        return false
    }
}

extension ConfigurationReading where Value == SocketAddressText {
    /// The address of a socket; a relative Unix path is below `directory`.
    static func socketAddress(directory: String) -> ConfigurationReading<SocketAddressText> {
        .parsed(
            "an address such as 127.0.0.1:7777, [::1]:7777 or unix:/path", placeholder: .unix(path: "/")
        ) { text in
            try? SocketAddressText(parsing: text, directory: directory)
        }
    }
}

extension ConfigurationReading where Value == UInt32 {
    /// A file mode in octal digits; quoted, since YAML takes a plain 0660 for a number.
    static var fileMode: ConfigurationReading<UInt32> {
        .parsed("a file mode in quotes such as \"0660\"", placeholder: 0o660) { text in
            guard text.utf8.count <= 4, let mode = UInt32(text, radix: 8), mode <= 0o777 else { return nil }
            return mode
        }
    }
}
