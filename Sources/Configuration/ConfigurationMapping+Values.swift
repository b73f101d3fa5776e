extension ConfigurationMapping {
    /// A required value; missing is a fault.
    public func value<Value>(_ key: String, as reading: ConfigurationReading<Value>) -> Value {
        guard let item = item(key) else {
            report(key, "required, but not given")
            return reading.placeholder
        }
        return item.value(as: reading) ?? reading.placeholder
    }

    /// A value with a default for when it is not given. The default is not checked.
    public func value<Value>(_ key: String, default: Value, as reading: ConfigurationReading<Value>) -> Value {
        optional(key, as: reading) ?? `default`
    }

    /// A value that may be missing.
    public func optional<Value>(_ key: String, as reading: ConfigurationReading<Value>) -> Value? {
        item(key)?.value(as: reading)
    }

    /// Required text of one line, not empty.
    public func string(_ key: String) -> String {
        value(key, as: .string)
    }

    /// Text of one line.
    public func string(_ key: String, default: String, allowEmpty: Bool = false) -> String {
        value(key, default: `default`, as: .string(allowEmpty: allowEmpty))
    }

    /// Text of one line, not empty, or nil when not given.
    public func optionalString(_ key: String) -> String? {
        optional(key, as: .string)
    }

    /// `true` or `false`.
    public func bool(_ key: String, default: Bool) -> Bool {
        value(key, default: `default`, as: .bool)
    }

    /// A required whole number.
    public func int(_ key: String, in range: ClosedRange<Int> = .min ... .max) -> Int {
        value(key, as: .int(in: range))
    }

    /// A whole number.
    public func int(_ key: String, default: Int, in range: ClosedRange<Int> = .min ... .max) -> Int {
        value(key, default: `default`, as: .int(in: range))
    }

    /// A required duration.
    public func duration(_ key: String, in range: ClosedRange<TimeSpan> = .zero ... .max) -> TimeSpan {
        value(key, as: .duration(in: range))
    }

    /// A duration.
    public func duration(
        _ key: String,
        default: TimeSpan,
        in range: ClosedRange<TimeSpan> = .zero ... .max
    ) -> TimeSpan {
        value(key, default: `default`, as: .duration(in: range))
    }

    /// A required size in bytes.
    public func byteSize(_ key: String, in range: ClosedRange<ByteSize> = .zero ... .max) -> ByteSize {
        value(key, as: .byteSize(in: range))
    }

    /// A size in bytes.
    public func byteSize(
        _ key: String,
        default: ByteSize,
        in range: ClosedRange<ByteSize> = .zero ... .max
    ) -> ByteSize {
        value(key, default: `default`, as: .byteSize(in: range))
    }

    /// One of several words.
    public func choice<Value>(_ key: String, of choices: KeyValuePairs<String, Value>, default: Value) -> Value {
        value(key, default: `default`, as: .choice(of: choices, placeholder: `default`))
    }

    /// One of an enumeration's raw values.
    public func choice<Value: CaseIterable & RawRepresentable<String>>(
        _ key: String,
        of type: Value.Type,
        default: Value
    ) -> Value {
        value(key, default: `default`, as: .choice(placeholder: `default`))
    }

    /// A list of text, each of one line and not empty.
    public func strings(_ key: String, default: [String]) -> [String] {
        value(key, default: `default`, as: .list(of: .string))
    }
}
