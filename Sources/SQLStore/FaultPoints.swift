#if FAULT_POINTS
    import Glibc
#endif

/// Points at which a test build kills itself, to prove that a crash around COMMIT neither loses nor doubles a count.
/// Release builds have none of it.
///
/// `POSTERN_FAULT=before-commit:N` or `after-commit:N` sends SIGKILL to the own process just before or just after the
/// N-th COMMIT of a recording batch. `POSTERN_TRACE=1` lets each decided operation be appended to
/// `postern_trace`.
struct FaultPoints {
    #if FAULT_POINTS
        private enum Moment: String {
            case beforeCommit = "before-commit"
            case afterCommit = "after-commit"
        }

        /// Whether decided operations are traced.
        let isTracing: Bool
        private let moment: Moment?
        private let target: Int
        private var commits = 0
        /// What else a test lets happen just before COMMIT.
        var onCommit: () -> Void = {}

        /// Reads the environment.
        init() {
            isTracing = Self.variable("POSTERN_TRACE") == "1"
            let parts = Self.variable("POSTERN_FAULT").split(separator: ":")
            moment = parts.first.flatMap { Moment(rawValue: String($0)) }
            target = parts.last.flatMap { Int($0) } ?? 0
        }

        /// Called just before COMMIT.
        mutating func beforeCommit() {
            commits += 1
            onCommit()
            strike(.beforeCommit)
        }

        /// Called just after COMMIT, before any reply leaves.
        func afterCommit() {
            strike(.afterCommit)
        }

        private func strike(_ now: Moment) {
            guard moment == now, commits == target else { return }
            kill(getpid(), SIGKILL)
        }

        private static func variable(_ name: String) -> String {
            getenv(name).map { String(cString: $0) } ?? ""
        }
    #else
        var isTracing: Bool { false }
        func beforeCommit() {}
        func afterCommit() {}
    #endif
}
