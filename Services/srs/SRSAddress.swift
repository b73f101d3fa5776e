import MailTypes
public import SQLStore

/// The local part of a rewritten address, by the Sender Rewriting Scheme.
public enum SRSAddress: Sendable, Hashable {
    /// Rewritten once: by whom `local@host` is to be reached, signed.
    case srs0(hash: String, timestamp: String, host: String, local: String)

    /// Rewritten again: the host that rewrote first, and what follows `SRS0` in its address, signed.
    case srs1(hash: String, firstHop: String, opaque: String)

    /// Rewritten once: where the original address is kept, signed.
    case kept(hash: String, timestamp: String, identifier: Bytes16)

    /// The characters of an identifier: 16 bytes in base32.
    static let identifierLength = 26

    /// Reads a local part without quotes. Letter case does not count in the tags:
    ///
    ///     SRS0 sep hash "=" timestamp "=" host "=" local
    ///     SRS0 sep hash "=" timestamp "=" "=" identifier
    ///     SRS1 sep hash "=" host "=" sep text
    ///
    /// `sep` is one of `-`, `+`, `=`. No part is empty; hash, timestamp and host hold no `=`; the host is a domain or
    /// an address literal. The form without a host is Postern's own; other implementations take it as they find it.
    public init?(parsing localPart: String) {
        guard let tag = Tag(parsing: localPart) else { return nil }
        let rest = tag.rest.dropFirst()
        switch tag.kind {
        case .srs0: self.init(srs0: rest)
        case .srs1: self.init(srs1: rest)
        }
    }

    private init?(srs0 text: Substring) {
        let parts = SRSAddress.parts(of: text, count: 4)
        if parts.count == 4, parts[2].isEmpty {
            self.init(kept: parts)
            return
        }
        guard parts.count == 4, !parts.contains(where: \.isEmpty), Domain(parsing: parts[2]) != nil else { return nil }
        self = .srs0(
            hash: String(parts[0]), timestamp: String(parts[1]), host: String(parts[2]), local: String(parts[3]))
    }

    private init?(kept parts: [Substring]) {
        guard !parts[0].isEmpty, !parts[1].isEmpty, parts[3].utf8.count == SRSAddress.identifierLength,
            let identifier = Base32.decode(parts[3]).flatMap({ Bytes16(bytes: $0) })
        else { return nil }
        self = .kept(hash: String(parts[0]), timestamp: String(parts[1]), identifier: identifier)
    }

    private init?(srs1 text: Substring) {
        let parts = SRSAddress.parts(of: text, count: 3)
        guard parts.count == 3, !parts.contains(where: \.isEmpty), Domain(parsing: parts[1]) != nil,
            SRSAddress.isOpaque(parts[2])
        else { return nil }
        self = .srs1(hash: String(parts[0]), firstHop: String(parts[1]), opaque: String(parts[2]))
    }

    /// The parts before the first `=` signs, and the rest.
    private static func parts(of text: Substring, count: Int) -> [Substring] {
        text.utf8.split(separator: UInt8(ascii: "="), maxSplits: count - 1, omittingEmptySubsequences: false)
            .map { Substring($0) }
    }

    /// True for a separator with at least one character after it.
    static func isOpaque(_ text: Substring) -> Bool {
        guard let first = text.utf8.first else { return false }
        return Tag.isSeparator(first) && text.utf8.count > 1
    }
}

extension SRSAddress: CustomStringConvertible {
    /// The local part without quotes, its tag in capitals and followed by `=`.
    public var description: String {
        switch self {
        case .srs0(let hash, let timestamp, let host, let local):
            String(joining: "SRS0=", hash, "=", timestamp, "=", host, "=", local)
        case .srs1(let hash, let firstHop, let opaque):
            "SRS1=\(hash)=\(firstHop)=\(opaque)"
        case .kept(let hash, let timestamp, let identifier):
            "SRS0=\(hash)=\(timestamp)==\(Base32.encode(identifier.bytes))"
        }
    }
}

extension SRSAddress {
    /// The four letters an SRS local part begins with, and what follows them.
    struct Tag {
        enum Kind {
            case srs0, srs1
        }

        let kind: Kind

        /// The rest of the local part, its separator included.
        let rest: Substring

        init?(parsing localPart: String) {
            let letters = localPart.utf8.prefix(3)
            let rest = localPart.utf8.dropFirst(4)
            guard letters.lazy.map({ $0 | 0x20 }).elementsEqual("srs".utf8), let separator = rest.first,
                Tag.isSeparator(separator)
            else { return nil }
            switch localPart.utf8.dropFirst(3).first {
            case UInt8(ascii: "0"): kind = .srs0
            case UInt8(ascii: "1"): kind = .srs1
            default: return nil
            }
            self.rest = Substring(rest)
        }

        static func isSeparator(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "=")
        }
    }
}
