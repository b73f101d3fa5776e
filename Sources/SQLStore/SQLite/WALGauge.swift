import CSQLite

/// How long the write-ahead log is, as the last commit of this connection left it. The writer sets it, the
/// checkpointer waits for it.
final class WALGauge: @unchecked Sendable {
    private let condition = Condition()
    private var length = 0
    private var lengthAtCheckpoint = 0
    private var commits = 0
    private var wakeAfter = Int.max
    private var isStopped = false

    /// What a waiter learns.
    struct Reading {
        var pages: Int
        var commits: Int
        var isStopped: Bool
    }

    /// The pages in the log.
    var pages: Int {
        condition.locked { length }
    }

    /// Lets the connection report each commit here. The gauge must live as long as the connection.
    func attach(to database: OpaquePointer?) {
        let hook: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?, UnsafePointer<CChar>?, Int32) -> Int32 = {
            context, _, _, pages in
            if let context {
                Unmanaged<WALGauge>.fromOpaque(context).takeUnretainedValue().note(pages: Int(pages))
            }
            return SQLITE_OK
        }
        sqlite3_wal_hook(database, hook, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Notes the length after a commit.
    func note(pages: Int) {
        condition.locked {
            // Shorter than before: the log has started anew.
            if pages < length {
                lengthAtCheckpoint = 0
            }
            length = pages
            commits &+= 1
            if length - lengthAtCheckpoint >= wakeAfter {
                condition.signal()
            }
        }
    }

    /// Whether the log has grown by `pages` since the last checkpoint was noted.
    func isDue(after pages: Int) -> Bool {
        condition.locked { length - lengthAtCheckpoint >= pages }
    }

    /// Notes that a checkpoint begins.
    func noteCheckpoint() {
        condition.locked { lengthAtCheckpoint = length }
    }

    /// Waits until the log has grown by `pages` since the last checkpoint, time is up, or the connection ends.
    func wait(pages: Int, milliseconds: Int) -> Reading {
        condition.locked {
            wakeAfter = pages
            while !isStopped, length - lengthAtCheckpoint < pages, condition.wait(milliseconds: milliseconds) {}
            wakeAfter = Int.max
            return Reading(pages: length, commits: commits, isStopped: isStopped)
        }
    }

    /// Ends the waiting.
    func stop() {
        condition.locked {
            isStopped = true
            condition.signal()
        }
    }
}
