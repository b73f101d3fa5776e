import Testing

@testable import ServiceRuntime

@Suite struct LogDestinationTests {
    @Test(arguments: [
        (true, true, true, LogDestination.journal), (true, false, true, .standardError), (false, true, true, .syslog),
        (false, true, false, .standardError), (false, false, false, .standardError),
    ]) func automaticDependsOnTheSurroundings(stream: Bool, socket: Bool, syslog: Bool, expected: LogDestination) {
        let surroundings = LogDestination.Surroundings(
            standardErrorIsJournal: stream, journalIsReachable: socket, syslogIsPresent: syslog)
        #expect(LogDestination.automatic.resolved(in: surroundings) == expected)
    }

    @Test(arguments: LogDestination.allCases.filter { $0 != .automatic })
    func whatIsChosenStaysChosen(destination: LogDestination) {
        for value in [true, false] {
            let surroundings = LogDestination.Surroundings(
                standardErrorIsJournal: value, journalIsReachable: value, syslogIsPresent: value)
            #expect(destination.resolved(in: surroundings) == destination)
        }
    }

    @Test func namesAreThoseOfTheConfiguration() {
        #expect(LogDestination.allCases.map(\.rawValue) == ["auto", "stderr", "syslog", "journal"])
    }

    @Test func facilitiesAreReadAndWritten() {
        for facility in LogFacility.allCases { #expect(LogFacility(parsing: facility.description) == facility) }
        #expect(LogFacility(parsing: "local7")?.rawValue == 23)
        #expect(LogFacility(parsing: "local8") == nil)
        #expect(LogFacility(parsing: "") == nil)
    }
}
