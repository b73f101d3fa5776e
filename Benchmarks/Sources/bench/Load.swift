import Foundation

/// One run of the load generator.
struct Load {
    enum Kind: String {
        case client
        case endOfMessage = "end-of-message"
        case submission
        case lookup
    }

    var kind: Kind
    var expected: [String]
    var seconds = 2.0
    var requests = 2_000_000
    var warmUp = 500
    /// Requests offered in a second; nil: each connection asks again as soon as it is answered.
    var rate: Double?
    /// The first number; clients and accounts of equal numbers are the same.
    var first = 0
    /// Numbers are drawn at random from so many; nil: they count up.
    var spread: Int?

    /// Times are in microseconds.
    struct Result {
        var answered = 0
        var rate = 0.0
        var p50 = 0.0
        var p99 = 0.0
        var p999 = 0.0
    }

    /// Runs it to its end.
    ///
    /// - Parameter body: called after half of the ``seconds``, for runs that last so long.
    /// - Throws: when an answer was wrong or missing.
    func run(at port: Int, _ installation: Installation, halfway body: (() -> Void)? = nil) throws -> Result {
        var arguments = [
            "--port", "\(port)", "--kind", kind.rawValue, "--seconds", "\(seconds)", "--requests", "\(requests)",
            "--warm-up", "\(warmUp)", "--first", "\(first)",
        ]
        for text in expected { arguments += ["--expect", text] }
        if let rate { arguments += ["--rate", "\(rate)"] }
        if let spread { arguments += ["--spread", "\(spread)"] }
        let output = try Program.output(installation.load, arguments) {
            guard let body else { return }
            Thread.sleep(forTimeInterval: seconds / 2)
            body()
        }
        return Result(Self.fields(output))
    }

    private static func fields(_ line: String) -> [String: Double] {
        var fields: [String: Double] = [:]
        for word in line.split(whereSeparator: \.isWhitespace) {
            let parts = word.split(separator: "=")
            if parts.count == 2 { fields[String(parts[0])] = Double(parts[1]) }
        }
        return fields
    }
}

extension Load.Result {
    fileprivate init(_ fields: [String: Double]) {
        answered = Int(fields["answered"] ?? 0)
        rate = fields["rate"] ?? 0
        p50 = fields["p50"] ?? 0
        p99 = fields["p99"] ?? 0
        p999 = fields["p999"] ?? 0
    }
}
