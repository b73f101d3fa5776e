internal import MailTypes

/// A mechanism with its qualifier: RFC 7208 section 4.6.1.
struct SPFDirective: Sendable, Hashable {
    /// A mechanism: RFC 7208 section 5.
    enum Mechanism: Sendable, Hashable {
        case all
        case include(SPFDomainSpec)
        /// Addresses of a domain, nil for the current one, widened to so many bits.
        case a(SPFDomainSpec?, SPFPrefixLengths)
        /// Addresses of a domain's mail exchanges.
        case mx(SPFDomainSpec?, SPFPrefixLengths)
        case ptr(SPFDomainSpec?)
        case network(Network)
        case exists(SPFDomainSpec)
    }

    /// What a match means.
    var result: SPFResult
    var mechanism: Mechanism
    /// As it is written.
    var text: ArraySlice<UInt8>

    /// What it asks for, where that is not the current domain.
    var domain: SPFDomainSpec? {
        switch mechanism {
        case .include(let domain), .exists(let domain): domain
        case .a(let domain, _), .mx(let domain, _), .ptr(let domain): domain
        case .all, .network: nil
        }
    }

    /// Whether it asks the DNS, and so counts for the limit of terms.
    var asksDNS: Bool {
        switch mechanism {
        case .all, .network: false
        case .include, .a, .mx, .ptr, .exists: true
        }
    }
}

/// How many bits of an address have to be the same: RFC 7208 section 5.6.
struct SPFPrefixLengths: Sendable, Hashable {
    var v4 = 32
    var v6 = 128

    /// The network of an address.
    func network(of address: IPAddress) -> Network? {
        switch address {
        case .v4: Network(address, prefixLength: v4)
        case .v6: Network(address, prefixLength: v6)
        }
    }
}

/// A part of a record.
enum SPFTerm: Sendable, Hashable {
    case directive(SPFDirective)
    case redirect(SPFDomainSpec)
    case explanation(SPFDomainSpec)
    /// A modifier that means nothing here.
    case other
}
