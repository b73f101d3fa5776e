public import ServiceProtocol

/// This server's mail domains as the directory told them last: what locality goes by while the directory cannot be
/// asked.
public struct LastKnownDomains: Sendable, Equatable {
    /// What a domain is to this server, in the directory's words.
    public enum Kind: String, Sendable, CaseIterable {
        /// It has mailboxes here.
        case local
        /// Another name for a domain with mailboxes.
        case alias
        /// Mail for it is passed on to its primary MX.
        case backupMX = "backup-mx"
    }

    /// How many domains a list may have. One that is longer is not kept: without its rest it would call domains foreign
    /// that are not.
    public static let maximumDomains = 200_000

    /// Each domain, in A-label form, and what it is.
    public private(set) var kinds: [String: Kind] = [:]

    /// A list without domains.
    public init() {}

    /// How many domains are listed.
    public var count: Int { kinds.count }

    /// Adds a domain. Returns false when it is no domain in A-label form, or the list is full.
    mutating func add(_ domain: Substring, _ kind: Kind) -> Bool {
        guard Self.isDomain(domain), kinds.count < Self.maximumDomains else { return false }
        kinds[String(domain)] = kind
        return true
    }

    /// The value of a fact `local`; nil for other kinds. `hostnames` are local too.
    public func value(of name: FactName, hostnames: Set<String>) -> String? {
        guard name.kind == "local" else { return nil }
        return kinds[name.subject] != nil || hostnames.contains(name.subject) ? "yes" : "no"
    }

    /// Only what a directory writes: the whole rule about domain names is there.
    static func isDomain(_ text: Substring) -> Bool {
        let bytes = text.utf8
        let isPlain = bytes.allSatisfy { byte in
            (97...122).contains(byte) || (48...57).contains(byte) || byte == 45 || byte == 46 || byte == 95
        }
        return isPlain && (1...253).contains(bytes.count) && bytes.first != 46 && bytes.last != 46
    }
}

// MARK: - The file

extension LastKnownDomains {
    private static let version = "postern local-domains 1"

    /// The longest file in bytes: the longest list of the longest domains would be longer, but nobody has that.
    static let maximumFileSize = 16 << 20

    /// Why a file is no such list.
    public struct Damage: Error, Equatable, CustomStringConvertible {
        /// The line, from 1.
        public let line: Int
        /// What is wrong there.
        public let problem: String

        /// Line and problem.
        public var description: String { "line \(line): \(problem)" }
    }

    /// The file's text: a line with the version, `KIND DOMAIN` for each domain in alphabetical order, and `end COUNT`.
    var text: String {
        let lines = kinds.sorted { $0.key < $1.key }.map { "\($0.value.rawValue) \($0.key)\n" }
        return "\(Self.version)\n\(lines.joined())end \(kinds.count)\n"
    }

    /// Reads a file's text. Its last line tells one that was cut short.
    init(parsing text: String) throws(Damage) {
        self.init()
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.first.map(String.init) == Self.version else {
            throw Damage(line: 1, problem: "not \"\(Self.version)\"")
        }
        guard lines.count >= 3, lines[lines.count - 1].isEmpty else {
            throw Damage(line: lines.count, problem: "the end is missing")
        }
        for (index, line) in lines[1..<(lines.count - 2)].enumerated() {
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            guard words.count == 2, let kind = Kind(rawValue: String(words[0])), add(words[1], kind) else {
                throw Damage(line: index + 2, problem: "not a kind and a domain")
            }
        }
        guard lines[lines.count - 2] == "end \(kinds.count)" else {
            throw Damage(line: lines.count - 1, problem: "not \"end \(kinds.count)\"")
        }
    }
}
