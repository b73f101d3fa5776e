import Foundation

/// Greylisting's clients as SQLite keeps them, in the state directory of a suite that does not run.
struct GreylistTable {
    static let program = URL(fileURLWithPath: "/usr/bin/sqlite3")

    let path: String

    /// Adds `count` clients that nobody asks about. The primary key is a keyed hash, so theirs lie among those of the
    /// others as if they had passed too; what else their rows hold is copied from one of those.
    func addStrangers(_ count: Int) throws {
        // The whole tree in memory, in the order of its keys and without a journal: when this fails, so does the run.
        let statements = """
            PRAGMA journal_mode = OFF;
            PRAGMA synchronous = OFF;
            PRAGMA cache_size = -2000000;
            WITH RECURSIVE stranger (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM stranger LIMIT \(count))
            INSERT INTO postern_greylist_clients (id, client_address, init_time, record_expired)
                SELECT randomblob(16) AS id, client_address, init_time, record_expired
                FROM stranger, (SELECT client_address, init_time, record_expired FROM postern_greylist_clients LIMIT 1)
                ORDER BY id;
            PRAGMA journal_mode = WAL;
            """
        _ = try Program.output(Self.program.path, ["-bail", path, statements])
    }
}
