/// Digits with an optional unit after them, such as `15m`.
struct Quantity {
    /// The number; nil when it is larger than 64 bits hold.
    let number: Int64?
    /// What follows the digits; may be empty.
    let unit: String

    /// Nil when the text does not begin with a digit.
    init?(_ text: String) {
        let digits = text.utf8.prefix(while: ASCII.isDigit)
        guard !digits.isEmpty else { return nil }
        self.number = Int64(Substring(digits))
        self.unit = String(text[digits.endIndex...])
    }

    /// The number in the smallest unit; nil when it is too large.
    func scaled(by factor: Int64) -> Int64? {
        guard let number else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : product
    }
}
