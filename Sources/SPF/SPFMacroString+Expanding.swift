internal import DNS
internal import MailTypes

/// What macros stand for at one place of an evaluation.
struct SPFMacroValues {
    var query: SPFQuery
    /// The current domain, without a dot at its end.
    var domain: [UInt8]
    /// The validated reverse names of the client; nil while they have not been asked for.
    var reverseNames: [DNSName]?

    /// Letters whose value another sender of the same domain, another HELO name or another time changes.
    static let lettersOfSender = "slht"

    fileprivate func value(of letter: UInt8) -> [UInt8] {
        switch letter {
        case UInt8(ascii: "s"): Array("\(query.localPart)@\(query.senderDomain)".utf8)
        case UInt8(ascii: "l"): Array(query.localPart.utf8)
        case UInt8(ascii: "o"): Array(query.senderDomain.utf8)
        case UInt8(ascii: "d"): domain
        case UInt8(ascii: "i"): Array(dottedClient.utf8)
        case UInt8(ascii: "p"): Array(reverseName.utf8)
        case UInt8(ascii: "v"): Array((query.client.bitWidth == 32 ? "in-addr" : "ip6").utf8)
        case UInt8(ascii: "h"): Array(query.helo.utf8)
        case UInt8(ascii: "c"): Array(query.client.description.utf8)
        case UInt8(ascii: "r"): Array(query.receiver.utf8)
        default: Array("\(query.time)".utf8)
        }
    }

    /// Decimal fields, or all 32 digits, between dots.
    private var dottedClient: String {
        guard case .v6(let high, let low) = query.client else { return query.client.description }
        return [high, low].flatMap { half in
            stride(from: 60, through: 0, by: -4).map { String(half >> UInt64($0) & 0xf, radix: 16, uppercase: true) }
        }.joined(separator: ".")
    }

    /// The current domain, else a name below it, else any: RFC 7208 section 7.3.
    private var reverseName: String {
        let names = reverseNames ?? []
        let own = DNSName(domain)
        let best = names.first { $0 == own } ?? names.first { name in own.map(name.isWithin) ?? false } ?? names.first
        return best?.description ?? "unknown"
    }
}

extension SPFMacroString {
    /// The text with the values in it.
    func expanded(_ values: SPFMacroValues) -> [UInt8] {
        pieces.reduce(into: []) { text, piece in
            switch piece {
            case .text(let plain): text += plain
            case .macro(let macro): text += macro.transformed(values.value(of: macro.letter))
            }
        }
    }
}

extension SPFMacroString.Macro {
    /// Split, reversed, cut and escaped as it says: RFC 7208 section 7.3.
    fileprivate func transformed(_ value: [UInt8]) -> [UInt8] {
        guard isReversed || parts != nil || delimiters != [UInt8(ascii: ".")] else { return escaped(value) }
        var split = value.split(omittingEmptySubsequences: false) { delimiters.contains($0) }
        if isReversed { split.reverse() }
        return escaped(Array(split.suffix(parts ?? .max).joined(separator: [UInt8(ascii: ".")])))
    }

    private func escaped(_ value: [UInt8]) -> [UInt8] {
        guard isEscaped else { return value }
        return value.reduce(into: []) { text, byte in
            if byte.isLetter || byte.isDigit || Self.unreserved.contains(byte) {
                text.append(byte)
            } else {
                text += [UInt8(ascii: "%"), Self.digits[Int(byte >> 4)], Self.digits[Int(byte & 0xf)]]
            }
        }
    }

    private static let unreserved = Array("-._~".utf8)
    private static let digits = Array("0123456789ABCDEF".utf8)
}

extension SPFDomainSpec {
    /// The longest name as text, in bytes.
    private static var maximumLength: Int { 253 }

    /// The name with the values in it, without a dot at its end. Labels are taken from the left of one that is too long
    /// (RFC 7208 section 7.3). It need not be a name that the DNS could have.
    func expanded(_ values: SPFMacroValues) -> [UInt8] {
        var name = text.expanded(values)[...]
        if name.last == UInt8(ascii: ".") { name.removeLast() }
        while name.count > Self.maximumLength, let dot = name.firstIndex(of: UInt8(ascii: ".")) {
            name = name[(dot + 1)...]
        }
        return Array(name)
    }
}
