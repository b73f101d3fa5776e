/// When the settings were read, when it was last looked whether they have changed, and what the database's clock said
/// then. Times are milliseconds of CLOCK_MONOTONIC.
struct SettingsCourse {
    /// Verbs in other processes have to show within a second.
    private static let pollInterval = 500
    /// Other tools write the settings tables without telling us.
    private static let rereadInterval = 10_000
    private static let longestRereadInterval = 50_000

    /// See ``GreylistConnection/dataVersion()``.
    var dataVersion: Int64?
    var versionAtReading: Int64?
    /// Whether the cleaning between looks has not been done since the last poll.
    var isCleaningDue = false
    private var lastPoll = 0
    private var lastReading = 0
    private var readingTook = 0
    private var databaseTime: Int?

    /// The database's clock, in Unix seconds, as it went on since the last poll; nil for a database without one.
    func time(monotonic now: Int) -> Int? {
        databaseTime.map { $0 &+ max(0, now &- lastPoll) / 1000 }
    }

    /// Whether it is time to look whether something has changed.
    func isPollDue(at now: Int) -> Bool {
        now &- lastPoll >= Self.pollInterval || now < lastPoll
    }

    /// Whether it is time to read all again. Reading takes no more than a hundredth of the time.
    func isReadingDue(at now: Int) -> Bool {
        let interval = min(max(Self.rereadInterval, 100 &* readingTook), Self.longestRereadInterval)
        return now &- lastReading >= interval || now < lastReading
    }

    /// Notes a poll and what it found out.
    mutating func polled(at now: Int, databaseTime: Int?) {
        lastPoll = now
        self.databaseTime = databaseTime
        isCleaningDue = true
    }

    /// Notes a reading.
    mutating func read(from start: Int, to end: Int) {
        lastReading = end
        readingTook = max(0, end &- start)
        versionAtReading = dataVersion
    }
}
