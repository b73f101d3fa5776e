extension DNSReply {
    /// A fair estimate of the memory it takes, in bytes.
    public var size: Int {
        guard case .records(let records) = answer else { return Self.overhead }
        return Self.overhead + Self.size(of: records)
    }

    private static let overhead = 96

    private static func size(of records: DNSRecords) -> Int {
        switch records {
        case .addresses(let addresses): addresses.count * 24
        case .exchanges(let exchanges): exchanges.reduce(0) { $0 + $1.host.bytes.count + 56 }
        case .names(let names): names.reduce(0) { $0 + $1.bytes.count + 48 }
        case .texts(let texts): texts.reduce(0) { $0 + $1.count + 48 }
        }
    }
}

extension DNSQuestion {
    /// A fair estimate of the memory it takes, in bytes.
    public var size: Int { name.bytes.count + 56 }
}
