extension ConfigurationReading where Value == TimeSpan {
    /// A duration inside the range: digits and one of the units ms, s, m, h, d.
    public static func duration(in range: ClosedRange<TimeSpan> = .zero ... .max) -> ConfigurationReading {
        ConfigurationReading(placeholder: range.lowerBound) { item in
            guard let quantity = item.scalar.flatMap({ Quantity($0.text) }) else {
                return wrong(item)
            }
            guard !quantity.unit.isEmpty else {
                return wrong(item, hint: "add a unit: ms, s, m, h or d")
            }
            guard let unit = TimeSpan.Unit(suffix: quantity.unit) else {
                return wrong(item)
            }
            guard let value = quantity.scaled(by: unit.rawValue).map(TimeSpan.milliseconds), range.contains(value)
            else {
                item.expected(RangeText.describe(range, unlimited: .max))
                return nil
            }
            return value
        }
    }

    private static func wrong(_ item: ConfigurationItem, hint: String? = nil) -> TimeSpan? {
        item.expected("a duration such as 500ms, 2s or 15m", hint: hint)
        return nil
    }
}

extension ConfigurationReading where Value == ByteSize {
    /// A size inside the range: digits for bytes, with k, M or G for powers of 1024.
    public static func byteSize(in range: ClosedRange<ByteSize> = .zero ... .max) -> ConfigurationReading {
        ConfigurationReading(placeholder: range.lowerBound) { item in
            guard let quantity = item.scalar.flatMap({ Quantity($0.text) }),
                let unit = ByteSize.Unit(suffix: quantity.unit)
            else {
                item.expected("a size such as 1500, 10k, 5M or 1G")
                return nil
            }
            guard let value = quantity.scaled(by: unit.rawValue).map(ByteSize.bytes), range.contains(value) else {
                item.expected(RangeText.describe(range, unlimited: .max))
                return nil
            }
            return value
        }
    }
}
