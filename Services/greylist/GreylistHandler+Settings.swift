internal import SQLStore
internal import ServiceProtocol

extension GreylistHandler {
    /// Reads the settings tables.
    mutating func reread() throws {
        let store = try opened()
        let start = clock.monotonic().milliseconds
        course.dataVersion = try store.connection.dataVersion()
        course.polled(at: start, databaseTime: try store.connection.unixTime())
        snapshot = try GreylistSnapshot(store)
        course.read(from: start, to: clock.monotonic().milliseconds)
    }

    /// Shows what a verb has changed: in the settings, and in who is known.
    mutating func showChanges() throws {
        try reread()
        cache.removeAll()
    }

    /// Finds out from time to time whether the settings tables have changed. Where a number tells that anything has been
    /// written, it changes with every mail that another instance records; only a verb changes the revision.
    mutating func follow() throws {
        let now = clock.monotonic().milliseconds
        guard course.isPollDue(at: now) else { return }
        let store = try opened()
        course.polled(at: now, databaseTime: try store.connection.unixTime())
        let version = try store.connection.dataVersion()
        let isUntouched = version != nil && version == course.dataVersion
        course.dataVersion = version
        if !isUntouched, try store.revision() != snapshot.revision { return try showChanges() }
        guard version == nil || version != course.versionAtReading, course.isReadingDue(at: now) else { return }
        try reread()
    }
}
