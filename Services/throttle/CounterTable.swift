internal import SharedTables

/// What the table of counters is able to hold. iRedAPD's tables are used as they are found.
struct CounterTable: Hashable, Sendable {
    /// The columns whose numbers are cut off at the largest one there is.
    enum Column: String, CaseIterable {
        case period
        case messages = "cur_msgs"
        case quota = "cur_quota"
        case start = "init_time"
        case last = "last_time"
    }

    /// Whether the database itself lets nobody make two rows of one counter.
    var isUnique = true
    /// The largest numbers, of columns that hold less than 64 bits.
    private var largest: [Column: Int64] = [:]

    /// A table without limits.
    init() {}

    /// A table as a server describes it.
    init(_ table: TableDescription) {
        isUnique = table.hasUniqueKey(on: ["tid", "account"])
        for column in Column.allCases {
            guard let number = table.column(column.rawValue)?.largestInteger, number < .max else { continue }
            largest[column] = number
        }
    }

    /// Whether it is as iRedAPD made it, so that `postern migrate` may still change it.
    var isUnmigrated: Bool { !isUnique || !largest.isEmpty }

    /// The window as the table can hold it.
    func fitting(_ window: RateWindow) -> RateWindow {
        guard !largest.isEmpty else { return window }
        var window = window
        window.period = fitting(window.period, .period)
        window.messages = fitting(window.messages, .messages)
        window.quota = fitting(window.quota, .quota)
        window.start = fitting(window.start, .start)
        window.last = fitting(window.last, .last)
        return window
    }

    private func fitting(_ number: Int64, _ column: Column) -> Int64 {
        min(number, largest[column] ?? .max)
    }

    /// What an administrator has to know of it.
    var warnings: [String] {
        [Column.messages, .quota].compactMap { column in
            largest[column].map { number in
                """
                the column throttle_tracking.\(column.rawValue) holds numbers up to \(number): a count stops there, and \
                a higher limit is never reached; `postern migrate --apply` widens it
                """
            }
        }
    }
}
