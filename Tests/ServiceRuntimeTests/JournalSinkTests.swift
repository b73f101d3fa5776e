import Testing

@testable import ServiceRuntime

@Suite struct JournalSinkTests {
    @Test(arguments: [(LogFacility.mail, "2"), (.local3, "19")])
    func linesHaveTheFieldsOfSyslog(facility: LogFacility, number: String) {
        let sink = JournalSink(identity: LogIdentity(name: "throttle", facility: facility, process: 9))
        let fields = sink.fields(of: LogLine(severity: 4, time: 0), text: Array("a=b ü".utf8))
        #expect(
            fields.map { String(decoding: $0, as: UTF8.self) } == [
                "MESSAGE=a=b ü", "PRIORITY=4", "SYSLOG_IDENTIFIER=postern/throttle", "SYSLOG_FACILITY=\(number)",
                "SYSLOG_PID=9",
            ])
    }
}
