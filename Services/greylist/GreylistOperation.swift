public import SQLStore

/// An attempt that changes what is remembered. It is idempotent enough to need no key: asked again, it is a retry that
/// came too soon, and only the count of refusals is one too high.
struct GreylistOperation: RecordingOperation {
    var triplet: Triplet
    var timing: GreylistTiming
    /// CLOCK_MONOTONIC in milliseconds.
    var deadline: Int
    var isDryRun: Bool

    var key: RecordingKeyBytes? { nil }
    var check: String { GreylistService.checkName }
    var traceName: String { "\(triplet.client) \(triplet.sender) \(triplet.recipient)" }
    var isRepeatable: Bool { true }
}

extension GreylistDecision: RecordingVerdict {
    /// A word, and the seconds until a retry is accepted.
    public var storedText: String {
        switch self {
        case .known: "known"
        case .passed: "passed"
        case .first(let seconds): "first \(seconds)"
        case .expired(let seconds): "expired \(seconds)"
        case .tooSoon(let seconds): "soon \(seconds)"
        }
    }

    /// Reads what ``storedText`` wrote.
    public init?(storedText: String) {
        let words = storedText.split(separator: " ", omittingEmptySubsequences: false)
        switch (words.first, words.count) {
        case ("known", 1): self = .known
        case ("passed", 1): self = .passed
        case (_, 2):
            guard let seconds = Int(words[1]) else { return nil }
            switch words[0] {
            case "first": self = .first(retryIn: seconds)
            case "expired": self = .expired(retryIn: seconds)
            case "soon": self = .tooSoon(retryIn: seconds)
            default: return nil
            }
        default: return nil
        }
    }
}
