internal import Glibc

/// Times as log files have them, in the local time zone.
///
/// The conversion of the last second is kept, since hundreds of lines share one.
struct LogTimestamp {
    enum Layout {
        /// RFC 3339: `2026-01-31T09:05:07.123+01:00`.
        case precise
        /// RFC 3164, section 4.1.2: `Jan 31 09:05:07`.
        case syslog
    }

    private let layout: Layout
    private var second: Int64 = .min
    private var start: [UInt8] = []
    private var end: [UInt8] = []

    init(_ layout: Layout) {
        self.layout = layout
    }

    /// Appends the time, given in microseconds since 1970.
    mutating func append(_ time: Int64, to line: inout [UInt8]) {
        let (quotient, remainder) = time.quotientAndRemainder(dividingBy: 1_000_000)
        if quotient != second { convert(quotient) }
        line += start
        guard layout == .precise else { return }
        let milliseconds = Int(max(remainder, 0) / 1_000)
        line.append(UInt8(ascii: "."))
        var place = 100
        while place > 0 {
            line.append(UInt8(ascii: "0") + UInt8(milliseconds / place % 10))
            place /= 10
        }
        line += end
    }

    private mutating func convert(_ seconds: Int64) {
        second = seconds
        var given = time_t(seconds)
        var parts = tm()
        localtime_r(&given, &parts)
        switch layout {
        case .syslog: start = Self.text("%b %e %H:%M:%S", parts)
        case .precise:
            start = Self.text("%Y-%m-%dT%H:%M:%S", parts)
            end = Self.text("%z", parts)
            // strftime(3) writes +0100, RFC 3339 wants +01:00.
            if end.count == 5 { end.insert(UInt8(ascii: ":"), at: 3) }
        }
    }

    private static func text(_ format: String, _ parts: tm) -> [UInt8] {
        var parts = parts
        return [UInt8](unsafeUninitializedCapacity: 64) { buffer, count in
            count = buffer.withMemoryRebound(to: CChar.self) { strftime($0.baseAddress, $0.count, format, &parts) }
        }
    }
}
