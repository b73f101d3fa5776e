/// How to open an SQLite database. Sizes of the write-ahead log are in pages (4 KiB unless the file says otherwise).
public struct SQLiteConfiguration: Hashable, Sendable {
    /// What the connection may do.
    public enum Access: Hashable, Sendable {
        /// Read and write; the file is created, with mode 0600, when it is missing.
        case readWriteCreate
        /// Read and write a file that must exist.
        case readWrite
        /// Read only.
        case readOnly
    }

    /// The file's path.
    public var path: String
    /// What the connection may do.
    public var access = Access.readWriteCreate
    /// How long a statement waits for another connection's lock, in milliseconds. Shorter than a request's deadline,
    /// since a batch that met a lock looks at the deadlines and tries again.
    public var busyTimeout = 250
    /// The size of the page cache, in KiB.
    public var cacheKiB = 8192
    /// How many prepared statements are kept.
    public var statementCache = 128
    /// Whether a thread of the connection's own copies the write-ahead log into the file.
    public var checkpointsInBackground = true
    /// After so many new pages the log is copied (PASSIVE: nobody waits for it).
    public var passivePages = 1000
    /// From this size on the log is copied to its end between two batches, so that it starts anew (RESTART).
    ///
    /// The writer waits for the disk then, some hundredths of a second or more. With 256 MiB that comes every ten to
    /// twenty seconds at 2,000 requests a second, and never while there are seconds without a request.
    public var restartPages = 65_536

    /// Settings for a file, everything else as shipped.
    public init(path: String) {
        self.path = path
    }
}
