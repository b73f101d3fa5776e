package import MailTypes

/// A row of `users` or `mailaddr` that covers an address or a client.
package struct AccessEntry: Equatable, Sendable {
    /// The row's number.
    package var id: Int64
    /// What it covers.
    package var pattern: AddressPattern
    /// Its priority as stored; the higher one decides.
    package var priority: Int

    /// A row; nil when its text covers nothing. Without a stored priority its kind's one counts.
    package init?(id: Int64, text: String, priority: Int? = nil) {
        guard let pattern = AddressPattern(parsing: text) else { return nil }
        self.id = id
        self.pattern = pattern
        self.priority = priority ?? pattern.amavisPriority
    }

    /// Its place among others; that of an entry for the alias-target domain is behind its equals.
    func order(isAliasDerived: Bool) -> AddressPatternOrder {
        AddressPatternOrder(pattern, priority: priority, isAliasDerived: isAliasDerived, id: id)
    }
}

/// The colour of a list's entry.
package enum ListColour: Sendable {
    /// Welcome.
    case white
    /// Refused.
    case black

    /// Reads the word as it is stored; Amavisd has others, which mean nothing here.
    package init?(stored text: String) {
        switch text.uppercased() {
        case "W": self = .white
        case "B": self = .black
        default: return nil
        }
    }
}

/// What the access lists of a local account say about an entry.
package struct AccessListing: Equatable, Sendable {
    /// About mail from it.
    package var inbound: ListColour?
    /// About mail to it.
    package var outbound: ListColour?

    /// Nothing.
    package init(inbound: ListColour? = nil, outbound: ListColour? = nil) {
        self.inbound = inbound
        self.outbound = outbound
    }
}

/// What is said about a reverse name and the names above it.
package struct ReverseNameEntry: Equatable, Sendable {
    /// It or a name above it is welcome.
    package var isWhite = false
    /// It or a name above it is refused.
    package var isBlack = false

    /// Nothing.
    package init(isWhite: Bool = false, isBlack: Bool = false) {
        self.isWhite = isWhite
        self.isBlack = isBlack
    }

    /// The entries that cover a name: for `mail.example.com` the name itself, `.mail.example.com`, `.example.com` and
    /// `.com`.
    package static func keys(of name: String) -> [String] {
        var keys = [name, "." + name]
        for index in name.utf8.indices where name.utf8[index] == UInt8(ascii: ".") && index != name.startIndex {
            keys.append(String(name[index...]))
        }
        return keys
    }
}
