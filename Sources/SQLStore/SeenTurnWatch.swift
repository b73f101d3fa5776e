/// How long this connection has seen the present turn last, by the clock of its own host.
///
/// The turn of a shared database is measured by the database's clock, the only one that all hosts see. That clock may
/// be set forward, or a server with another one may take over; then the turn seems long over while its keys are young.
/// So a table is emptied only by who has seen the turn last for its length itself. CLOCK_MONOTONIC cannot be set.
struct SeenTurnWatch {
    private var number: Int?
    private var since = 0

    /// Notes the turn that was found at `now`, CLOCK_MONOTONIC in milliseconds.
    /// - Returns: For how long it has been that one, in milliseconds.
    mutating func note(_ number: Int, now: Int) -> Int {
        if number != self.number || now < since {
            self.number = number
            since = now
        }
        return now - since
    }
}
