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

    /// All of it behind one reference, since a request is handed on many times.
    final class Storage: Sendable {
        let message: ByteBuffer
        /// Indexed by the attribute's raw value.
        let values: InlineArray<32, ValueRange>
        /// No value needs encoding on its way to a service.
        let isPlain: Bool
        /// Those with a value.
        let present: PolicyAttributeSet
        let protocolState: ProtocolState

        init(_ message: ByteBuffer, _ values: UnsafeMutableBufferPointer<ValueRange>, isPlain: Bool) {
            self.message = message
            self.isPlain = isPlain
            var present: UInt32 = 0
            for index in values.indices where values[index].length > 0 {
                present |= 1 &<< UInt32(truncatingIfNeeded: index)
            }
            self.present = PolicyAttributeSet(bits: present)
            let state = values[Int(PolicyAttribute.protocolState.rawValue)].range
            protocolState = message.withUnsafeReadableBytes {
                ProtocolState(parsing: UnsafeRawBufferPointer(rebasing: $0[state]))
            }
            self.values = InlineArray { values[$0] }
        }
    }

    let storage: Storage

    /// Fills a table on the stack, which then becomes the request's own: written one by one, an `InlineArray` may be
    /// copied each time.
    /// - Parameter fill: is given the table, in which all values are absent, and says whether no value needs encoding.
    init(_ message: ByteBuffer, _ fill: (UnsafeMutableBufferPointer<ValueRange>) -> Bool) {
        storage = withUnsafeTemporaryAllocation(of: ValueRange.self, capacity: PolicyAttribute.total) { values in
            values.initialize(repeating: ValueRange())
            let isPlain = fill(values)
            return Storage(message, values, isPlain: isPlain)
        }
    }

    var message: ByteBuffer { storage.message }
    var isPlain: Bool { storage.isPlain }
    var present: PolicyAttributeSet { storage.present }

    /// Where the value of `attribute` lies; of no length when it is absent.
    @inline(__always)
    func range(of attribute: PolicyAttribute) -> ValueRange {
        storage.values[Int(attribute.rawValue)]
    }

    /// The SMTP command the request is about.
    public var protocolState: ProtocolState { storage.protocolState }

    /// No attribute has a value: an empty message, which Postfix does not send but others do. Its answer is DUNNO.
    public var isEmpty: Bool { present.isEmpty }

    /// The value of `attribute`; empty when it is absent.
    public subscript(_ attribute: PolicyAttribute) -> ByteBufferView {
        let value = range(of: attribute)
        let start = message.readerIndex + Int(value.start)
        return message.viewBytes(at: start, length: Int(value.length)) ?? ByteBufferView()
    }

    /// The value as text; empty when it is absent.
    public func string(_ attribute: PolicyAttribute) -> String {
        withBytes(of: attribute) { String(decoding: $0, as: UTF8.self) }
    }

    /// The value as a count or size. 0 when it is absent, negative or not a decimal number; `Int.max` when it is too
    /// large.
    public func integer(_ attribute: PolicyAttribute) -> Int {
        withBytes(of: attribute) { DecimalNumber.clamped($0) }
    }

    /// The bytes of the whole message; all values together are no longer.
    package var length: Int { message.readableBytes }

    /// The value is absent or empty.
    public func isEmpty(_ attribute: PolicyAttribute) -> Bool {
        !present.contains(attribute)
    }

    /// Calls `body` with the bytes of a value, without the cost of a view.
    @inline(__always)
    package func withBytes<Result>(of attribute: PolicyAttribute, _ body: (UnsafeRawBufferPointer) -> Result) -> Result
    {
        let range = range(of: attribute).range
        return message.withUnsafeReadableBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }
}

extension PolicyRequest: Equatable {
    /// Both have the same values, however they were written on the wire.
    public static func == (left: PolicyRequest, right: PolicyRequest) -> Bool {
        PolicyAttribute.allCases.allSatisfy { left[$0].elementsEqual(right[$0]) }
    }
}
