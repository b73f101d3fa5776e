import DatabaseFixture
import SQLStore
import Testing

/// A shared database's time, whatever zone its server lives in.
@Suite struct SharedClockTests {
    /// An hour of local time comes twice when summer time ends: read as local time, the first is taken for the second.
    @Test(arguments: ["+00:00", "+02:00", "-11:30", "SYSTEM"]) func mariaDBReadsUTC(zone: String) throws {
        let server = try MariaDBServer.shared()
        let connection = try server.connect(to: server.makeDatabase())
        defer { connection.close() }
        try connection.execute("SET time_zone = '\(zone)'")
        // The last second before, the first after, and the end of what a TIMESTAMP of 32 bits holds.
        for second in [1_792_886_399, 1_792_890_000, 1_792_891_801, 2_147_483_646] {
            try connection.execute("SET TIMESTAMP = \(second)")
            #expect(try connection.unixTime() == second)
        }
    }
}
