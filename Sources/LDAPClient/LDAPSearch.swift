internal import Glibc

/// A search: where, for what, and which attributes are wanted.
public struct LDAPSearch: Hashable, Sendable {
    /// How deep.
    public enum Scope: Int32, Hashable, Sendable {
        /// The entries right below the base.
        case oneLevel = 1
        /// The base and everything below it.
        case subtree = 2
    }

    /// The name of the entry below which is searched.
    public var base: String
    /// How deep.
    public var scope: Scope
    /// The filter (RFC 4515), its values escaped by ``escape(_:)``.
    public var filter: String
    /// The attributes that are wanted.
    public var attributes: [String]

    /// A search.
    public init(base: String, scope: Scope, filter: String, attributes: [String]) {
        self.base = base
        self.scope = scope
        self.filter = filter
        self.attributes = attributes
    }

    /// Calls `body` with the attributes as the library takes them.
    func withAttributes<Value>(_ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Value) -> Value {
        var list = attributes.map { strdup($0) } + [nil]
        defer { for attribute in list { free(attribute) } }
        return list.withUnsafeMutableBufferPointer { body($0.baseAddress) }
    }

    /// A value as it stands in a filter: every byte but letters, digits and a few harmless ones as `\XX`
    /// (RFC 4515 section 3).
    public static func escape(_ value: String) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(value.utf8.count)
        for byte in value.utf8 {
            if isHarmless(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "\\"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isHarmless(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "@"), UInt8(ascii: "."), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

/// An entry that a search has found.
public struct LDAPEntry: Hashable, Sendable {
    /// Its name.
    public var dn: String
    /// The values of its attributes, by name in lower case.
    public var attributes: [String: [String]]

    /// An entry.
    public init(dn: String, attributes: [String: [String]]) {
        self.dn = dn
        self.attributes = attributes
    }

    /// All values of an attribute, in lower case: nearly all of the mail system's are compared so.
    public func values(_ name: String) -> [String] {
        (attributes[name.lowercased()] ?? []).map { $0.lowercased() }
    }

    /// The first value of an attribute, in lower case; empty when there is none.
    public func value(_ name: String) -> String {
        attributes[name.lowercased()]?.first?.lowercased() ?? ""
    }

    /// Whether an attribute has a value, whatever its case.
    public func has(_ name: String, _ value: String) -> Bool {
        values(name).contains(value.lowercased())
    }
}
