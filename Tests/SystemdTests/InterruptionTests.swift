import Glibc
import SuiteFixture
import Synchronization
import Testing

extension WithSystemd {
    /// Whatever ends a service, nobody who asks notices.
    @Suite struct InterruptionTests {
        @Test(arguments: ["postern-throttle.service", "postern-frontend.service"])
        func aHundredCrashesInARowRefuseNobody(unit: String) throws {
            let machine = try Machine()
            let crashes = Atomic(0)
            let traffic = try Traffic.flows(on: machine, tries: 20) {
                crashes.store(machine.crash(unit, times: 100), ordering: .relaxed)
            }
            #expect(crashes.load(ordering: .relaxed) == 100)
            #expect(eventually { machine.property("NRestarts", of: unit) == "100" })
            #expect(traffic.unexpected.isEmpty, "\(traffic.unexpected.prefix(3))")
            #expect(traffic.messages >= 20)
            #expect(try machine.countedMessages() == traffic.messages)
        }

        @Test func restartsRefuseNobody() throws {
            let machine = try Machine()
            let statuses = Mutex<[Int32]>([])
            let services = ["frontend", "throttle", "greylist", "directory"].map { "postern-\($0).service" }
            let traffic = try Traffic.flows(on: machine) {
                for unit in services + services + ["postern.target"] {
                    let status = machine.run("systemctl", "restart", unit).status
                    statuses.withLock { $0.append(status) }
                    usleep(300_000)
                }
            }
            #expect(statuses.withLock { $0 } == Array(repeating: 0, count: 9))
            #expect(traffic.unexpected.isEmpty, "\(traffic.unexpected.prefix(3))")
            #expect(try machine.countedMessages() == traffic.messages)
        }

        @Test func aServiceThatEndsByItselfIsStartedByItsNextClient() throws {
            let machine = try Machine()
            let unit = "postern-srs.service"
            #expect(machine.lookUp("srs-forward", "anna@example.net") == "NOTFOUND ")
            let first = try #require(machine.process(of: unit))
            #expect(kill(first, SIGTERM) == 0)
            #expect(eventually { machine.process(of: unit) != first })
            #expect(machine.lookUp("srs-forward", "anna@example.net") == "NOTFOUND ")
            #expect(machine.isActive(unit) && machine.isActive("postern-srs.socket"))
            // Its socket started it, as after a crash systemd would have.
            #expect(machine.property("NRestarts", of: unit) == "0")
        }

        @Test func theWatchdogRestartsAServiceThatHangs() throws {
            let machine = try Machine(
                files: ["/etc/systemd/system/postern-greylist.service.d/fast.conf": "[Service]\nWatchdogSec=1s\n"])
            func ask(_ sender: String) -> String? {
                machine.ask([
                    "protocol_state": "RCPT", "client_address": "192.0.2.1", "sender": sender,
                    "recipient": "bob@example.com",
                ])
            }
            #expect(ask("a@example.net")?.hasPrefix("451 4.7.1") == true)
            let first = try #require(machine.process(of: "postern-greylist.service"))
            // Longer than the limit: a loop that works is fed by nothing else.
            usleep(2_500_000)
            #expect(machine.process(of: "postern-greylist.service") == first)
            #expect(machine.send(SIGSTOP, to: "postern-greylist.service"))
            #expect(ask("b@example.net")?.hasPrefix("451 4.7.1") == true)
            #expect(machine.process(of: "postern-greylist.service") != first)
            #expect(eventually { machine.property("NRestarts", of: "postern-greylist.service") == "1" })
            #expect(machine.journal(of: "postern-greylist.service").contains("Watchdog timeout (limit 1s)!"))
        }
    }
}
