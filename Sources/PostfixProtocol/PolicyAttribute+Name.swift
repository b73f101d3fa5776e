extension PolicyAttribute {
    /// The attribute with this name on the wire; nil for a name that Postfix does not use.
    public init?(name: String) {
        var name = name
        guard let found = name.withUTF8({ Self.init(name: UnsafeRawBufferPointer($0)) }) else { return nil }
        self = found
    }

    /// The attribute with this name. The length and one or two bytes leave a single candidate, so a request's lines cost
    /// one comparison each.
    @inline(__always)
    init?(name: UnsafeRawBufferPointer) {
        guard let candidate = Self.candidate(name), name.equals(candidate.wireName) else { return nil }
        self = candidate
    }

    private static func candidate(_ name: UnsafeRawBufferPointer) -> PolicyAttribute? {
        switch name.count {
        case 4: .size
        case 6: name[1] == UInt8(ascii: "e") ? .sender : .stress
        case 7: name[0] == UInt8(ascii: "r") ? .request : .tlsSNI
        case 8: name[0] == UInt8(ascii: "q") ? .queueID : .instance
        case 9: name[0] == UInt8(ascii: "h") ? .heloName : .recipient
        case 11: candidateOf11(name)
        case 12: name[0] == UInt8(ascii: "c") ? .ccertIssuer : .mailVersion
        case 13: candidateOf13(name)
        case 14: candidateOf14(name)
        case 15: .recipientCount
        case 17: name[0] == UInt8(ascii: "c") ? .ccertFingerprint : .encryptionCipher
        case 18: .encryptionKeysize
        case 19: candidateOf19(name)
        case 24: .ccertPubkeyFingerprint
        default: nil
        }
    }

    private static func candidateOf11(_ name: UnsafeRawBufferPointer) -> PolicyAttribute? {
        switch (name[0], name[5]) {
        case (UInt8(ascii: "c"), _): name[7] == UInt8(ascii: "n") ? .clientName : .clientPort
        case (UInt8(ascii: "s"), UInt8(ascii: "m")): .saslMethod
        case (UInt8(ascii: "s"), UInt8(ascii: "s")): .saslSender
        case (UInt8(ascii: "s"), _): .serverPort
        default: .etrnDomain
        }
    }

    private static func candidateOf13(_ name: UnsafeRawBufferPointer) -> PolicyAttribute? {
        switch name[0] {
        case UInt8(ascii: "p"): .protocolName
        case UInt8(ascii: "s"): .saslUsername
        default: .ccertSubject
        }
    }

    private static func candidateOf14(_ name: UnsafeRawBufferPointer) -> PolicyAttribute? {
        switch name[0] {
        case UInt8(ascii: "c"): .clientAddress
        case UInt8(ascii: "s"): .serverAddress
        default: name[1] == UInt8(ascii: "r") ? .protocolState : .policyContext
        }
    }

    private static func candidateOf19(_ name: UnsafeRawBufferPointer) -> PolicyAttribute? {
        switch name[0] {
        case UInt8(ascii: "r"): .reverseClientName
        case UInt8(ascii: "e"): .encryptionProtocol
        default: .compatibilityLevel
        }
    }
}
