internal import Configuration
internal import MailTypes

/// Some of the addresses that a list may answer: `127.0.0.2`, `127.0.0.0/28`, or `127.0.0.4-7` for four of them.
struct ResponseCodes: Sendable, Hashable {
    /// As it is written.
    let text: String
    private let range: ClosedRange<UInt32>

    /// Reads an address, a network or a range of the last field.
    init?(parsing text: String) {
        self.text = text
        guard let dash = text.firstIndex(of: "-") else {
            guard let network = Network(parsing: text), case .v4(let first) = network.base else { return nil }
            range = first...(first | ~(~UInt32(0) << UInt32(network.hostBits)))
            return
        }
        let last = text[text.index(after: dash)...]
        guard case .v4(let first)? = IPAddress(parsing: String(text[..<dash])), let end = UInt8(last), "\(end)" == last,
            end >= UInt8(truncatingIfNeeded: first)
        else { return nil }
        range = first...(first & 0xffff_ff00 | UInt32(end))
    }

    /// Whether an address is among them.
    func contains(_ address: IPAddress) -> Bool {
        guard case .v4(let number) = address else { return false }
        return range.contains(number)
    }
}

/// A class of answers with an action of its own.
struct ResponseClass: Sendable, Hashable {
    /// `name`: how it is called in the log; default: the addresses.
    var name: String
    /// `codes`: the addresses.
    var codes: [ResponseCodes]
    /// `action` and `score`; nil for those of the list.
    var action: WeightedAction?

    /// A class of its parts.
    init(name: String, codes: [ResponseCodes], action: WeightedAction?) {
        self.name = name
        self.codes = codes
        self.action = action
    }

    /// Reads an item of `codes`.
    init(from mapping: ConfigurationMapping, default: WeightedAction, placeholders: ReputationAction.Placeholders) {
        codes = mapping.value("match", as: .list(of: .codes)).compactMap { $0 }
        if let item = mapping.item("match"), item.isList, item.items().isEmpty {
            item.report("expected at least one address")
        }
        name = mapping.string("name", default: codes.map(\.text).joined(separator: ","))
        let isGiven = mapping.has("action") || mapping.has("score")
        let given = WeightedAction(from: mapping, default: `default`, placeholders: placeholders)
        action = isGiven ? given : nil
    }

    /// Whether one of the addresses is of this class.
    func matches(_ addresses: [IPAddress]) -> Bool {
        addresses.contains { address in codes.contains { $0.contains(address) } }
    }

    /// The item with every key written out.
    func normalised() -> ConfigurationNode {
        ConfigurationNode(
            mapping: [("match", ConfigurationNode(codes.map(\.text))), ("name", ConfigurationNode(name))]
                + (action?.normalised ?? []))
    }
}

extension ConfigurationReading where Value == ResponseCodes? {
    /// Addresses that a list may answer.
    static var codes: ConfigurationReading {
        .parsed("an answer such as 127.0.0.2, 127.0.0.4-7 or 127.0.0.0/28", placeholder: nil) {
            ResponseCodes(parsing: $0).map(Optional.some)
        }
    }
}
