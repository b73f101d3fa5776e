/// How many lookups had which result.
struct SRSCounters: Sendable {
    var rewritten = 0
    /// Of those that were rewritten, how many have their original kept.
    var kept = 0
    var reversed = 0
    var bypassed = 0
    var failed = 0
    var localityUnknown = 0
    var exclusionsUnread = 0
    /// Originals for which there was no room.
    var tooManyKept = 0
    /// Originals that could not be kept or looked for.
    var storeFailed = 0

    mutating func add(_ outcome: SRSOutcome, isForward: Bool) {
        switch outcome {
        case .rewritten:
            if isForward { rewritten &+= 1 } else { reversed &+= 1 }
        case .shortened:
            rewritten &+= 1
            kept &+= 1
        case .kept: reversed &+= 1
        case .bypassed: bypassed &+= 1
        case .failed(.localityUnknown): localityUnknown &+= 1
        case .failed(.tooManyKept): tooManyKept &+= 1
        case .failed(.storeFailed): storeFailed &+= 1
        case .failed: failed &+= 1
        }
    }

    var list: [(name: String, value: String)] {
        [
            ("rewritten", "\(rewritten)"), ("kept", "\(kept)"), ("reversed", "\(reversed)"),
            ("bypassed", "\(bypassed)"),
            ("failed", "\(failed)"), ("locality-unknown", "\(localityUnknown)"),
            ("exclusions-unread", "\(exclusionsUnread)"), ("too-many-kept", "\(tooManyKept)"),
            ("store-failed", "\(storeFailed)"),
        ]
    }
}
