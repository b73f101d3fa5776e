/// The message is none.
struct DNSMessageError: Error, Hashable {}

/// Reads a message of the DNS (RFC 1035 section 4). Every length and every pointer comes from a stranger.
struct DNSMessageReader {
    /// So many aliases are followed; a resolver follows no more either.
    private static let maximumAliases = 16
    private static let headerLength = 12
    private static let internetClass: UInt16 = 1

    private let message: [UInt8]
    private var position = 0

    init(_ message: [UInt8]) {
        self.message = message
    }

    /// A record without its data, of which only the place is known.
    private struct Record {
        var owner: DNSName
        var type: UInt16
        /// Seconds. A number with its highest bit set counts as 0: RFC 2181 section 8.
        var lifetime: Int
        var data: Range<Int>
    }

    /// The answer to a question.
    mutating func reply(to question: DNSQuestion) throws(DNSMessageError) -> DNSReply {
        guard message.count >= Self.headerLength, message[2] & 0x80 != 0 else { throw DNSMessageError() }
        let code = message[3] & 0x0f
        position = 4
        let questions = try number(), answers = try number(), authorities = try number()
        guard code == 0 || code == 3 else { return DNSReply(.failed(.refused)) }
        position = Self.headerLength
        for _ in 0..<questions {
            _ = try name()
            try skip(4)
        }
        let records = try self.records(answers)
        let (owner, aliasLifetime) = try resolveAliases(of: question.name, in: records)
        let found = records.filter { $0.type == question.type.rawValue && $0.owner == owner }
        if code == 0, !found.isEmpty {
            let lifetime = found.reduce(aliasLifetime) { min($0, $1.lifetime) }
            return DNSReply(.records(try typed(found, question.type)), lifetime: lifetime)
        }
        let lifetime = min(aliasLifetime, try negativeLifetime(authorities))
        return DNSReply(code == 3 ? .noSuchName : .noRecords, lifetime: lifetime)
    }

    private func resolveAliases(
        of name: DNSName, in records: [Record]
    ) throws(DNSMessageError) -> (owner: DNSName, lifetime: Int) {
        var owner = name
        var lifetime = DNSReply.longestLifetime
        for _ in 0..<Self.maximumAliases {
            let alias = records.first { $0.type == DNSRecordType.cname.rawValue && $0.owner == owner }
            guard let alias else { return (owner, lifetime) }
            owner = try nameInData(alias.data, offset: 0)
            lifetime = min(lifetime, alias.lifetime)
        }
        throw DNSMessageError()
    }

    /// What the SOA record of the authority section says: the smaller of its TTL and its last field (RFC 2308
    /// section 5).
    private mutating func negativeLifetime(_ authorities: Int) throws(DNSMessageError) -> Int {
        for record in try records(authorities) where record.type == DNSRecordType.soa.rawValue {
            guard record.data.count >= 22 else { throw DNSMessageError() }
            let minimum = Self.lifetime(bigEndian(record.data.upperBound - 4, bytes: 4))
            return min(record.lifetime, minimum, DNSReply.longestNegativeLifetime)
        }
        return 0
    }

    // MARK: - Records

    private mutating func records(_ count: Int) throws(DNSMessageError) -> [Record] {
        var records: [Record] = []
        for _ in 0..<count {
            let owner = try name()
            let type = UInt16(truncatingIfNeeded: try number())
            let recordClass = UInt16(truncatingIfNeeded: try number())
            guard position + 4 <= message.count else { throw DNSMessageError() }
            let lifetime = Self.lifetime(bigEndian(position, bytes: 4))
            position += 4
            let length = try number()
            let data = position..<(position + length)
            try skip(length)
            guard recordClass == Self.internetClass else { continue }
            records.append(Record(owner: owner, type: type, lifetime: lifetime, data: data))
        }
        return records
    }

    private static func lifetime(_ number: UInt64) -> Int {
        number > 0x7fff_ffff ? 0 : min(Int(number), DNSReply.longestLifetime)
    }

    private func typed(_ records: [Record], _ type: DNSRecordType) throws(DNSMessageError) -> DNSRecords {
        switch type {
        case .a, .aaaa: .addresses(try records.map { record throws(DNSMessageError) in try address(record.data, type) })
        case .mx: .exchanges(try records.map { record throws(DNSMessageError) in try exchange(record.data) })
        case .txt: .texts(try records.map { record throws(DNSMessageError) in try text(record.data) })
        case .ptr, .cname, .soa:
            .names(try records.map { record throws(DNSMessageError) in try nameInData(record.data, offset: 0) })
        }
    }

    private func exchange(_ data: Range<Int>) throws(DNSMessageError) -> DNSExchange {
        guard data.count >= 3 else { throw DNSMessageError() }
        let preference = UInt16(truncatingIfNeeded: bigEndian(data.lowerBound, bytes: 2))
        return DNSExchange(preference: preference, host: try nameInData(data, offset: 2))
    }

    /// The strings of a TXT record one behind the other; a record without any is an empty text.
    private func text(_ data: Range<Int>) throws(DNSMessageError) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(data.count)
        var index = data.lowerBound
        while index < data.upperBound {
            let end = index + 1 + Int(message[index])
            guard end <= data.upperBound else { throw DNSMessageError() }
            text += message[(index + 1)..<end]
            index = end
        }
        return text
    }

    // MARK: - Names and numbers

    private func nameInData(_ data: Range<Int>, offset: Int) throws(DNSMessageError) -> DNSName {
        var reader = self
        reader.position = data.lowerBound + offset
        let name = try reader.name()
        guard reader.position <= data.upperBound else { throw DNSMessageError() }
        return name
    }

    /// A name, perhaps compressed (RFC 1035 section 4.1.4). Each pointer must lead further back than the one before, so
    /// there is no circle.
    private mutating func name() throws(DNSMessageError) -> DNSName {
        var bytes: [UInt8] = []
        var index = position
        var end: Int?
        var limit = message.count
        while true {
            guard index < limit else { throw DNSMessageError() }
            let length = message[index]
            switch length >> 6 {
            case 0 where length == 0:
                position = end ?? index + 1
                return DNSName(unchecked: bytes)
            case 0:
                let next = index + 1 + Int(length)
                guard next <= message.count, bytes.count + Int(length) + 2 <= DNSName.maximumLength,
                    DNSName.append(message[(index + 1)..<next], to: &bytes)
                else { throw DNSMessageError() }
                index = next
            case 3:
                guard index + 1 < message.count else { throw DNSMessageError() }
                let target = Int(length & 0x3f) << 8 | Int(message[index + 1])
                guard target < index, target < limit else { throw DNSMessageError() }
                end = end ?? index + 2
                limit = index
                index = target
            default:
                throw DNSMessageError()
            }
        }
    }

    private mutating func number() throws(DNSMessageError) -> Int {
        guard position + 2 <= message.count else { throw DNSMessageError() }
        defer { position += 2 }
        return Int(message[position]) << 8 | Int(message[position + 1])
    }

    private mutating func skip(_ count: Int) throws(DNSMessageError) {
        guard count <= message.count - position else { throw DNSMessageError() }
        position += count
    }

    /// Of bytes that are known to be there.
    func bigEndian(_ index: Int, bytes count: Int) -> UInt64 {
        message[index..<(index + count)].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
