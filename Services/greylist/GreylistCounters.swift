/// How many attempts had which result.
struct GreylistCounters: Sendable {
    var exempt = 0
    var known = 0
    var knownFromCache = 0
    var passed = 0
    var refused = 0
    var failed = 0
    var asked = 0

    /// Counts an answer.
    mutating func add(_ answer: GreylistAnswer) {
        switch answer {
        case .exempt: exempt &+= 1
        case .decided(.known): known &+= 1
        case .decided(.passed): passed &+= 1
        case .decided: refused &+= 1
        case .failed: failed &+= 1
        case .needs: asked &+= 1
        }
    }

    /// By name, for `stats`.
    var list: [(name: String, value: String)] {
        [
            ("exempt", "\(exempt)"), ("known", "\(known)"), ("known-from-cache", "\(knownFromCache)"),
            ("passed", "\(passed)"), ("refused", "\(refused)"), ("failed", "\(failed)"),
            ("asked-spf", "\(asked)"),
        ]
    }
}
