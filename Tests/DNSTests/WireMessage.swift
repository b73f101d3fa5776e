import DNS

/// Builds messages of the DNS as a server would send them.
struct WireMessage {
    private(set) var bytes: [UInt8]

    /// A reply to a question with so many records in its sections.
    init(_ name: String, type: UInt16, code: UInt8 = 0, answers: Int, authorities: Int = 0) {
        bytes = [0x12, 0x34, 0x81, 0x80 | code, 0, 1]
        bytes += Self.number(answers) + Self.number(authorities) + [0, 0]
        bytes += Self.name(name) + Self.number(Int(type)) + [0, 1]
    }

    /// A record; its owner is a name, or where it stands already.
    mutating func add(_ owner: [UInt8], _ type: UInt16, ttl: UInt32, _ data: [UInt8], class recordClass: UInt16 = 1) {
        bytes += owner + Self.number(Int(type)) + Self.number(Int(recordClass))
        bytes += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: ttl >> $0) }
        bytes += Self.number(data.count) + data
    }

    /// The name of the question, which stands behind the header.
    static let question: [UInt8] = [0xc0, 12]

    static func name(_ text: String) -> [UInt8] {
        text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    static func number(_ number: Int) -> [UInt8] {
        [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)]
    }

    /// The data of an SOA record whose last field is this.
    static func start(minimum: UInt32) -> [UInt8] {
        name("ns.example") + name("hostmaster.example") + [UInt8](repeating: 0, count: 16)
            + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: minimum >> $0) }
    }
}
