/// Copies the write-ahead log into the database file, on a thread and a connection of its own, so that no request
/// waits for it: PASSIVE each time the log has grown by some pages and when the writer has become quiet. A log that
/// has become long is cut (TRUNCATE) when nobody writes. Under load a PASSIVE copy never reaches the log's moving end;
/// that is left to the writer between two batches, see `SQLiteConnection.relieve()`.
final class WALCheckpointer {
    private static let interval = 1000
    /// Waiting for readers, TRUNCATE holds the lock of the writers; so it does not wait
    /// long. Milliseconds.
    static let busyTimeout: Int32 = 20

    private let gauge: WALGauge
    private let thread: DedicatedThread

    init(_ configuration: SQLiteConfiguration, gauge: WALGauge) throws(SQLError) {
        self.gauge = gauge
        var own = configuration
        own.access = .readWrite
        own.busyTimeout = Int(Self.busyTimeout)
        own.cacheKiB = 64
        own.checkpointsInBackground = false
        let settings = own
        let body: @Sendable () -> Void = { Self.run(settings, gauge) }
        thread = try DedicatedThread(name: "wal-checkpoint", body: body)
    }

    /// Ends the thread and waits for it.
    func stop() {
        gauge.stop()
        thread.join()
    }

    private static func run(_ configuration: SQLiteConfiguration, _ gauge: WALGauge) {
        var connection: SQLiteConnection?
        var copiedCommits = 0
        var lastCommits = 0
        while true {
            let reading = gauge.wait(pages: configuration.passivePages, milliseconds: interval)
            guard !reading.isStopped else { break }
            let isQuiet = reading.commits == lastCommits
            lastCommits = reading.commits
            guard reading.commits != copiedCommits else { continue }
            gauge.noteCheckpoint()
            // From this length on it is the writer's turn, which a copy of ours would lock out.
            guard isQuiet || reading.pages < configuration.restartPages else { continue }
            connection = connection ?? (try? SQLiteConnection(configuration))
            let isDone = connection.map { copy(configuration, $0, isQuiet: isQuiet) } ?? false
            copiedCommits = isDone ? reading.commits : copiedCommits
        }
        connection?.close()
    }

    /// - Returns: Whether everything has been copied.
    private static func copy(
        _ configuration: SQLiteConfiguration, _ connection: SQLiteConnection, isQuiet: Bool
    ) -> Bool {
        guard let result = try? connection.checkpoint(.passive), result.copied == result.pages else { return false }
        if isQuiet, result.pages >= configuration.passivePages {
            _ = try? connection.checkpoint(.truncate)
        }
        return true
    }
}
