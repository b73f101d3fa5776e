/// One side of a comparison: something that answers, and what it is asked.
struct Contender {
    var port: Int
    var load: Load
    /// Whether each request is about a client or account never seen before.
    var isFresh = false
    /// Processes whose time is counted.
    var processes: () -> [Int32] = { [] }
    /// Processes of a database server, counted apart.
    var databaseProcesses: () -> [Int32] = { [] }
    /// The suite that answers, for its counters of failures; nil when it is not ours.
    var suite: Suite?
}
