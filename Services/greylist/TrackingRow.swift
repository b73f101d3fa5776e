internal import SQLStore

/// A row of iRedAPD's table `greylisting_tracking`: a triplet that waits, or, with `passed = 1`, one by which its client
/// has passed.
struct TrackingRow {
    /// The columns, in the order in which ``init(_:)`` reads them.
    static let columns = """
        id, client_address, sender, recipient, init_time, block_expired, record_expired, blocked_count, passed
        """

    var id: Int64
    var triplet: Triplet
    var times: WaitingTriplet
    var hasPassed: Bool

    /// Reads a row of the ``columns``.
    init?(_ row: [SQLValue]) {
        guard row.count == 9, let id = row[0].integerValue, let client = row[1].textValue,
            let sender = row[2].textValue, let recipient = row[3].textValue
        else { return nil }
        self.id = id
        triplet = Triplet(client: client, sender: sender, recipient: recipient)
        times = WaitingTriplet(
            initTime: row[4].number, blockExpired: row[5].number, recordExpired: row[6].number,
            blockedCount: row[7].number)
        hasPassed = row[8].number == 1
    }

    /// What the row says of its client.
    var client: PassedClient {
        PassedClient(initTime: times.initTime, recordExpired: times.recordExpired)
    }
}
