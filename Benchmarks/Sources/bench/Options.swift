import Foundation

/// What the command line asks for.
struct Options {
    var binaries = URL(fileURLWithPath: ".build/release")
    var scratch = URL(fileURLWithPath: "var/bench")
    var results = URL(fileURLWithPath: "Benchmarks/results")
    var rounds = 5
    var seconds = 2.0
    /// Clients in the large table of the growth rows; 0 leaves them out.
    var growth = 1_000_000
    /// Measure other policy servers too.
    var peers = false
    /// Rows whose name contains none of these are left out; empty: all are measured.
    var only: [String] = []

    static let usage = """
        usage: bench [--binaries DIR] [--scratch DIR] [--results DIR] [--rounds N] [--seconds S]
                     [--growth ROWS] [--only TEXT]... [--peers]

        """

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            if name == "--peers" {
                peers = true
                continue
            }
            guard let value = rest.popFirst() else { throw Program.Failure(description: Self.usage) }
            switch name {
            case "--binaries": binaries = URL(fileURLWithPath: value)
            case "--scratch": scratch = URL(fileURLWithPath: value)
            case "--results": results = URL(fileURLWithPath: value)
            case "--only": only.append(value)
            case "--rounds": rounds = try Self.number(name, value, 1...100)
            case "--seconds": seconds = Double(try Self.number(name, value, 1...600))
            case "--growth": growth = try Self.number(name, value, 0...15_000_000)
            default: throw Program.Failure(description: Self.usage)
            }
        }
    }

    private static func number(_ name: String, _ text: String, _ range: ClosedRange<Int>) throws -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw Program.Failure(
                description: "\(name): expected \(range.lowerBound) to \(range.upperBound), not \(text)")
        }
        return number
    }
}
