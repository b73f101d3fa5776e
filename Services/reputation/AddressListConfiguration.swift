internal import Configuration
internal import DNS
internal import MailTypes

/// An item of `reputation.dnsbl` or `reputation.dnswl`: a list of client addresses (RFC 5782).
struct AddressListConfiguration: Sendable, Hashable {
    /// The two kinds of list; they differ in what is shipped only.
    enum Kind: Sendable, Hashable {
        case blocking
        case welcoming
    }

    /// A family of addresses, and the entries by which the list's health is told.
    struct Family: Sendable, Hashable {
        /// `test-listed`: must be listed.
        var listed: DNSName
        /// `test-unlisted`: must not be.
        var unlisted: DNSName
    }

    var zone: ZoneConfiguration
    /// `action` and `score` of a listing.
    var action: WeightedAction
    /// `codes`: classes of answers; without any, each answer is a listing.
    var classes: [ResponseClass]
    /// `families`: those it is asked about.
    var families: [String]
    /// `health-check`: whether its health is watched.
    var isWatched: Bool
    /// `test-listed`, `test-unlisted`, and the same with `-ipv6`.
    var tests: [IPTest]

    /// An address by which the health is told, as it is written.
    struct IPTest: Sendable, Hashable {
        var key: String
        var text: String
        var name: DNSName
    }

    static let placeholders = ["IP", "LIST", "CODE", "INFO"]

    /// RFC 5782 section 5: the entries that each list has, and does not have.
    private static let tests: [(key: String, text: String)] = [
        ("test-listed", "127.0.0.2"), ("test-unlisted", "127.0.0.1"), ("test-listed-ipv6", "::ffff:7f00:2"),
        ("test-unlisted-ipv6", "::ffff:7f00:1"),
    ]

    private static func shipped(_ kind: Kind) -> WeightedAction {
        switch kind {
        case .blocking:
            WeightedAction(shipped: "REJECT delivery from %IP% rejected %INFO%", placeholders: placeholders)
        case .welcoming: WeightedAction(shipped: "pass", placeholders: placeholders)
        }
    }

    /// Reads an item.
    init(from mapping: ConfigurationMapping, kind: Kind) {
        zone = ZoneConfiguration(from: mapping)
        let action = WeightedAction(from: mapping, default: Self.shipped(kind), placeholders: Self.placeholders)
        self.action = action
        classes = mapping.list("codes") { item in
            ResponseClass(from: item.mapping(), default: action, placeholders: Self.placeholders)
        }
        families = mapping.value("families", default: ["ipv4", "ipv6"], as: .list(of: .family))
        if let item = mapping.item("families"), item.isList, item.items().isEmpty {
            item.report("expected ipv4, ipv6 or both")
        }
        isWatched = mapping.bool("health-check", default: true)
        tests = Self.tests.map { key, text in
            let isV6 = key.hasSuffix("-ipv6")
            let given = mapping.value(key, default: text, as: .testAddress(isV6: isV6))
            return IPTest(key: key, text: given, name: DNSName(testAddress: given, isV6: isV6) ?? .root)
        }
    }

    /// The entries for a family; nil when the list is not asked about it.
    func family(_ name: String) -> Family? {
        guard families.contains(name) else { return nil }
        let suffix = name == "ipv6" ? "-ipv6" : ""
        func test(_ key: String) -> DNSName { tests.first { $0.key == key + suffix }?.name ?? .root }
        return Family(listed: test("test-listed"), unlisted: test("test-unlisted"))
    }

    /// The item with every key written out.
    func normalised() -> ConfigurationNode {
        ConfigurationNode(
            mapping: zone.normalised + action.normalised + [
                ("codes", classes.isEmpty ? nil : ConfigurationNode(list: classes.map { $0.normalised() })),
                ("families", ConfigurationNode(families)), ("health-check", ConfigurationNode(isWatched)),
            ] + tests.map { ($0.key, ConfigurationNode($0.text)) })
    }
}

extension DNSName {
    /// The labels of an address by which a list is tested. What is written as IPv6 stays it, also a mapped address.
    init?(testAddress text: String, isV6: Bool) {
        guard isV6 == text.utf8.contains(UInt8(ascii: ":")), let address = IPAddress(parsing: text) else { return nil }
        switch address {
        case .v6: self.init(reversing: address)
        case .v4(let number):
            self = isV6 ? DNSName(reversingHigh: 0, low: 0xffff << 32 | UInt64(number)) : DNSName(reversing: address)
        }
    }
}

extension ConfigurationReading where Value == String {
    fileprivate static var family: ConfigurationReading {
        .choice(of: ["ipv4": "ipv4", "ipv6": "ipv6"], placeholder: "ipv4")
    }

    fileprivate static func testAddress(isV6: Bool) -> ConfigurationReading {
        .parsed(isV6 ? "an IPv6 address" : "an IPv4 address", placeholder: "") {
            DNSName(testAddress: $0, isV6: isV6) == nil ? nil : $0
        }
    }
}
