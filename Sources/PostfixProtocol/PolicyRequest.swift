public import NIOCore

/// One question of Postfix: the attributes of a policy request as ranges of the message they came in.
///
/// Nothing carries over from one request to the next, and every attribute may be absent, empty or `0`: the three are
/// not told apart (SMTPD_POLICY_README). All values are valid UTF-8 without NUL.
public struct PolicyRequest: Sendable {
    /// Where a value lies, as offset from the start of the message.
    struct ValueRange {
        var start: UInt32 = 0
        var length: UInt32 = 0

        var range: Range<Int> { Int(start)..<Int(start) + Int(length) }
    }

    /// The only request there is.
    static let requestName: StaticString = "smtpd_access_policy"

    var message: ByteBuffer
    /// Indexed by the attribute's raw value.
    var values: ContiguousArray<ValueRange>
    /// No value needs encoding on its way to a service.
    var isPlain = true
    /// The SMTP command the request is about.
    public internal(set) var protocolState = ProtocolState.missing

    /// No attribute has a value: an empty message, which Postfix does not send but others do. Its answer is DUNNO.
    public var isEmpty: Bool { values.allSatisfy { $0.length == 0 } }

    /// The value of `attribute`; empty when it is absent.
    public subscript(_ attribute: PolicyAttribute) -> ByteBufferView {
        let value = values[Int(attribute.rawValue)]
        let start = message.readerIndex + Int(value.start)
        return message.viewBytes(at: start, length: Int(value.length)) ?? ByteBufferView()
    }

    /// The value as text; empty when it is absent.
    public func string(_ attribute: PolicyAttribute) -> String {
        String(decoding: self[attribute], as: UTF8.self)
    }

    /// The value as a count or size. 0 when it is absent, negative or not a decimal number; `Int.max` when it is too
    /// large.
    public func integer(_ attribute: PolicyAttribute) -> Int {
        self[attribute].withUnsafeBytes { DecimalNumber.clamped($0) }
    }

    /// The bytes of the whole message; all values together are no longer.
    package var length: Int { message.readableBytes }

    /// The value is absent or empty.
    public func isEmpty(_ attribute: PolicyAttribute) -> Bool {
        values[Int(attribute.rawValue)].length == 0
    }

    /// Calls `body` with the bytes of a value, without the cost of a view.
    @inline(__always)
    func withBytes<Result>(of attribute: PolicyAttribute, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let range = values[Int(attribute.rawValue)].range
        return message.withUnsafeReadableBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    static func noValues() -> ContiguousArray<ValueRange> {
        ContiguousArray(repeating: ValueRange(), count: PolicyAttribute.total)
    }
}

extension PolicyRequest: Equatable {
    /// Both have the same values, however they were written on the wire.
    public static func == (left: PolicyRequest, right: PolicyRequest) -> Bool {
        PolicyAttribute.allCases.allSatisfy { left[$0].elementsEqual(right[$0]) }
    }
}
