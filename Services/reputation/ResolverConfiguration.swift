internal import Configuration
internal import DNS
internal import DNSClient

/// The mapping `reputation.resolver`: whom the DNS is asked by, and how much is kept and asked at once.
struct ResolverConfiguration: Sendable {
    /// What the client is told.
    var settings: DNSClientSettings

    /// Reads the mapping; every key has a default.
    init(from mapping: ConfigurationMapping) {
        settings = DNSClientSettings()
        settings.servers = mapping.optional("servers", as: .dnsServers)
        let limit = mapping.duration(
            "query-timeout", default: .milliseconds(Int64(settings.queryLimit)),
            in: .milliseconds(100)...(.seconds(20)))
        settings.queryLimit = Int(limit.milliseconds)
        settings.cache.entries = mapping.int("cache-entries", default: settings.cache.entries, in: 0...10_000_000)
        let memory = mapping.byteSize(
            "cache-memory", default: .bytes(Int64(settings.cache.bytes)), in: .bytes(65_536)...(.bytes(4 << 30)))
        settings.cache.bytes = Int(memory.bytes)
        settings.flights.questions = mapping.int(
            "max-in-flight", default: settings.flights.questions, in: 1...32_768)
    }

    /// The mapping with every key written out.
    func normalised() -> ConfigurationNode {
        ConfigurationNode(mapping: [
            ("servers", settings.servers.map { ConfigurationNode($0.map(\.description)) }),
            ("query-timeout", ConfigurationNode(.milliseconds(Int64(settings.queryLimit)))),
            ("cache-entries", ConfigurationNode(settings.cache.entries)),
            ("cache-memory", ConfigurationNode(ByteSize.bytes(Int64(settings.cache.bytes)))),
            ("max-in-flight", ConfigurationNode(settings.flights.questions)),
        ])
    }
}

extension ConfigurationReading where Value == [DNSServer] {
    /// One to eight servers, each an address, perhaps with a port.
    fileprivate static var dnsServers: ConfigurationReading {
        ConfigurationReading(placeholder: []) { item in
            let server = ConfigurationReading<DNSServer?>.parsed(
                "the address of a DNS server such as 127.0.0.1, 127.0.0.1:5300 or \"[::1]:5300\"", placeholder: nil
            ) { DNSServer(parsing: $0).map(Optional.some) }
            guard let servers = item.value(as: .list(of: server)) else { return nil }
            guard (1...8).contains(servers.count) else {
                if item.items().isEmpty || servers.count > 8 {
                    item.report("expected one to eight servers; without this key those of the system are asked")
                }
                return nil
            }
            return servers.compactMap { $0 }
        }
    }
}
