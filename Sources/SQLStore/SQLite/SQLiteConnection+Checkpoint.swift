import CSQLite

extension SQLiteConnection {
    /// How much a checkpoint may get in the way of others.
    public enum CheckpointMode: Hashable, Sendable {
        /// Copies what it can; nobody waits.
        case passive
        /// Copies everything and lets the log start anew; writers wait, it waits for readers.
        case restart
        /// The same, and the log's file is cut to nothing.
        case truncate

        var code: Int32 {
            switch self {
            case .passive: SQLITE_CHECKPOINT_PASSIVE
            case .restart: SQLITE_CHECKPOINT_RESTART
            case .truncate: SQLITE_CHECKPOINT_TRUNCATE
            }
        }
    }

    /// Copies the write-ahead log into the database file.
    /// - Returns: The pages in the log, and how many of them are in the file now.
    /// - Throws: `.busy` when a reader or another checkpoint is in the way.
    @discardableResult
    public func checkpoint(_ mode: CheckpointMode) throws(SQLError) -> (pages: Int, copied: Int) {
        let database = try handle
        var pages: Int32 = 0
        var copied: Int32 = 0
        let result = sqlite3_wal_checkpoint_v2(database, nil, mode.code, &pages, &copied)
        guard result == SQLITE_OK else { throw SQLError(sqlite: result, database) }
        return (Int(pages), Int(copied))
    }

    /// Lets a write-ahead log that has grown too long start anew. The checkpointer has copied most of it, and nobody
    /// writes now.
    public func relieve() {
        let pages = gauge.pages
        guard pages >= configuration.restartPages else {
            pagesAtRelief = 0
            return
        }
        guard pages - pagesAtRelief >= configuration.passivePages / 4 else { return }
        pagesAtRelief = pages
        // RESTART waits for readers, which must not hold up the requests. If one, or another checkpoint, is in the way,
        // it is tried again some pages later.
        sqlite3_busy_timeout(try? handle, WALCheckpointer.busyTimeout)
        _ = try? checkpoint(.restart)
        sqlite3_busy_timeout(try? handle, Int32(clamping: configuration.busyTimeout))
    }
}
