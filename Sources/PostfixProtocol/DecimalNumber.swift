/// Decimal numbers from a peer. None of them traps.
package enum DecimalNumber {
    /// The number that `bytes` is, and nothing else: digits, at most one `-` before them. Nil on overflow.
    package static func parse(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard let first = bytes.first else { return nil }
        let isNegative = first == UInt8(ascii: "-")
        let digits = bytes.dropFirst(isNegative ? 1 : 0)
        guard !digits.isEmpty else { return nil }
        var number = 0
        for byte in digits {
            guard byte >= ASCII.zero, byte <= ASCII.nine else { return nil }
            let digit = Int(byte - ASCII.zero)
            // Built downwards for a negative number, or the smallest one would not fit.
            let (shifted, tooLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, tooFar) =
                isNegative ? shifted.subtractingReportingOverflow(digit) : shifted.addingReportingOverflow(digit)
            guard !tooLarge, !tooFar else { return nil }
            number = sum
        }
        return number
    }

    /// A size or count: digits only. Anything else is 0, too large a number is `Int.max`.
    static func clamped(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard bytes.allSatisfy({ $0 >= ASCII.zero && $0 <= ASCII.nine }), !bytes.isEmpty else { return 0 }
        return parse(bytes) ?? .max
    }
}
