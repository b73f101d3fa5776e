internal import MailTypes

extension SPFTerm {
    /// Reads one term.
    init(_ text: ArraySlice<UInt8>) throws(SPFSyntaxError) {
        let name = text.prefix { $0.isLetter || $0.isDigit || [0x2d, 0x5f, 0x2e].contains($0) }
        let rest = text[name.endIndex...]
        guard rest.first == UInt8(ascii: "="), name.first?.isLetter == true else {
            self = .directive(try SPFDirective(text))
            return
        }
        self = try Self.modifier(name.lowercased, rest.dropFirst())
    }

    private static func modifier(_ name: String, _ value: ArraySlice<UInt8>) throws(SPFSyntaxError) -> SPFTerm {
        switch name {
        case "redirect": return .redirect(try SPFDomainSpec(value))
        case "exp": return .explanation(try SPFDomainSpec(value))
        default:
            _ = try SPFMacroString(value, in: .record)
            return .other
        }
    }
}

extension SPFDirective {
    /// Reads a directive.
    init(_ text: ArraySlice<UInt8>) throws(SPFSyntaxError) {
        let qualifier = Self.result(ofQualifier: text.first)
        let bare = qualifier == nil ? text : text.dropFirst()
        let name = bare.prefix { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "/") }
        self.init(
            result: qualifier ?? .pass, mechanism: try Self.mechanism(name.lowercased, bare[name.endIndex...]),
            text: text)
    }

    private static func result(ofQualifier byte: UInt8?) -> SPFResult? {
        switch byte {
        case UInt8(ascii: "+"): .pass
        case UInt8(ascii: "-"): .fail
        case UInt8(ascii: "~"): .softfail
        case UInt8(ascii: "?"): .neutral
        default: nil
        }
    }

    private static func mechanism(
        _ name: String, _ argument: ArraySlice<UInt8>
    ) throws(SPFSyntaxError) -> Mechanism {
        switch name {
        case "all":
            guard argument.isEmpty else { throw SPFSyntaxError("all with an argument") }
            return .all
        case "include": return .include(try required(argument))
        case "exists": return .exists(try required(argument))
        case "ptr": return .ptr(try optional(argument))
        case "a":
            let (domain, lengths) = try addressArgument(argument)
            return .a(domain, lengths)
        case "mx":
            let (domain, lengths) = try addressArgument(argument)
            return .mx(domain, lengths)
        case "ip4": return .network(try network(argument, isV6: false))
        case "ip6": return .network(try network(argument, isV6: true))
        default: throw SPFSyntaxError("an unknown mechanism")
        }
    }

    private static func required(_ argument: ArraySlice<UInt8>) throws(SPFSyntaxError) -> SPFDomainSpec {
        guard argument.first == UInt8(ascii: ":") else { throw SPFSyntaxError("a mechanism without its domain") }
        return try SPFDomainSpec(argument.dropFirst())
    }

    private static func optional(_ argument: ArraySlice<UInt8>) throws(SPFSyntaxError) -> SPFDomainSpec? {
        argument.isEmpty ? nil : try required(argument)
    }

    /// `[":" domain-spec] [dual-cidr-length]`: the lengths are what is left of the end when it is one.
    private static func addressArgument(
        _ argument: ArraySlice<UInt8>
    ) throws(SPFSyntaxError) -> (SPFDomainSpec?, SPFPrefixLengths) {
        var lengths = SPFPrefixLengths()
        var rest = argument
        if let (length, before) = trailingLength(rest, slashes: 2) {
            lengths.v6 = try checked(length, maximum: 128)
            rest = before
        }
        if let (length, before) = trailingLength(rest, slashes: 1) {
            lengths.v4 = try checked(length, maximum: 32)
            rest = before
        }
        return (try optional(rest), lengths)
    }

    /// The digits behind so many slashes at the end, and what stands before them.
    private static func trailingLength(
        _ text: ArraySlice<UInt8>, slashes: Int
    ) -> (digits: ArraySlice<UInt8>, before: ArraySlice<UInt8>)? {
        let slash = UInt8(ascii: "/")
        let digits = text.suffix(from: text.lastIndex { !$0.isDigit }.map { $0 + 1 } ?? text.startIndex)
        let before = text[..<digits.startIndex]
        guard !digits.isEmpty, before.count >= slashes, before.suffix(slashes).allSatisfy({ $0 == slash }) else {
            return nil
        }
        // Of "//64" the second slash alone would be an IPv4 length.
        let rest = before.dropLast(slashes)
        return rest.last == slash ? nil : (digits, rest)
    }

    private static func checked(_ digits: ArraySlice<UInt8>, maximum: Int) throws(SPFSyntaxError) -> Int {
        guard digits.count <= 3, digits.count == 1 || digits.first != UInt8(ascii: "0") else {
            throw SPFSyntaxError("a malformed prefix length")
        }
        let length = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        guard length <= maximum else { throw SPFSyntaxError("a prefix length that is too long") }
        return length
    }

    private static func network(_ argument: ArraySlice<UInt8>, isV6: Bool) throws(SPFSyntaxError) -> Network {
        guard argument.first == UInt8(ascii: ":") else { throw SPFSyntaxError("a mechanism without its network") }
        let text = String(decoding: argument.dropFirst(), as: UTF8.self)
        // A mapped address is written with colons too, and its network is one of IPv4.
        guard text.utf8.contains(UInt8(ascii: ":")) == isV6, let network = Network(parsing: text) else {
            throw SPFSyntaxError("a malformed network")
        }
        return network
    }
}

extension ArraySlice<UInt8> {
    /// The text in lower case.
    var lowercased: String {
        String(decoding: map { $0 >= 0x41 && $0 <= 0x5a ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
