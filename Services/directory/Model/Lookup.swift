package import MailTypes

/// One question about the directory. Answers are kept by it, and identical ones in flight are asked once: it is looked
/// for in several tables on its way, so it is hashed once, when it is made.
package struct Lookup: Hashable, Sendable {
    /// What is asked.
    package let question: Question
    private let hash: Int

    /// The look-up of a question.
    package init(_ question: Question) {
        self.question = question
        hash = question.hashValue
    }

    /// Mixes in what was made of the question at first.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(hash)
    }

    /// Whether both ask the same.
    package static func == (left: Self, right: Self) -> Bool {
        left.hash == right.hash && left.question == right.question
    }

    /// The questions there are. Indirect, since they are copied often.
    package indirect enum Question: Hashable, Sendable {
        /// What a domain is to this server.
        case domain(Domain)
        /// What an address is: a user's, an alias, a mailing list.
        case account(Mailbox)
        /// What somebody, in lower case, is to an alias or a list: an address, or `*@DOMAIN`.
        case roles(list: Mailbox, person: String)
        /// Whether a user has subscribed to a list that mlmmj manages.
        case subscriber(list: Mailbox, user: Mailbox)
        /// The local accounts with access lists that cover an address.
        case localEntries(EnvelopeAddress)
        /// The entries of access lists that cover an address; those such as `user@*` only for a sender who did not log in.
        case externalEntries(EnvelopeAddress, withWildcard: Bool)
        /// The entries of access lists that cover a client.
        case clientEntries(ClientAddress)
        /// What the access lists of a local account say about an entry.
        case listing(local: Int64, external: Int64)
        /// What is said about a reverse name and the names above it; in lower case.
        case reverseName(String)
        /// Whether there is any row that questions of a kind could find.
        case rows(Kind)
    }

    /// What questions look for, as far as there may be none of it at all.
    package enum Kind: Int, CaseIterable, Sendable {
        case domain
        case account
        case roles
        case localEntries
        case externalEntries
        case reverseName
    }

    /// Several kinds.
    package struct Kinds: OptionSet, Sendable {
        /// The kinds as bits, in their order.
        package let rawValue: Int

        /// Kinds from bits.
        package init(rawValue: Int) {
            self.rawValue = rawValue
        }

        /// Whether a kind is among them.
        func contains(_ kind: Kind) -> Bool { rawValue & 1 << kind.rawValue != 0 }
    }

    /// Whether there is any row that questions of a kind could find; made once, since each decision asks it often.
    static func rows(_ kind: Kind) -> Lookup { rows[kind.rawValue] }

    private static let rows = Kind.allCases.map { Lookup(.rows($0)) }

    /// What it looks for.
    var kind: Kind? {
        switch question {
        case .domain: .domain
        case .account: .account
        case .roles: .roles
        case .localEntries: .localEntries
        case .externalEntries, .clientEntries: .externalEntries
        case .reverseName: .reverseName
        case .subscriber, .listing, .rows: nil
        }
    }
}
