import Glibc
import SuiteFixture
import Synchronization
import Testing

extension WithSystemd {
    /// Several instances of a service on one database.
    @Suite struct InstanceTests {
        private static let configuration = Machine.configuration.replacing(
            "frontend:\n",
            with: """
                frontend:
                  services:
                    greylist: { endpoints: ["unix:greylist@1.sock", "unix:greylist@2.sock"] }
                    throttle: { endpoints: ["unix:throttle@1.sock", "unix:throttle@2.sock"] }

                """)
        private static let instances = ["greylist@1", "greylist@2", "throttle@1", "throttle@2"]

        @Test func oneInstanceMayBeKilledAgainAndAgain() throws {
            let sockets = Self.instances.flatMap { name in
                let parts = name.split(separator: "@")
                return ["postern-\(name).socket", "postern-\(parts[0])-admin@\(parts[1]).socket"]
            }
            let machine = try Machine(configuration: Self.configuration, enabling: sockets)
            let crashes = Atomic(0)
            let traffic = try Traffic.flows(on: machine) {
                for unit in ["postern-throttle@2.service", "postern-greylist@1.service"] {
                    crashes.add(machine.crash(unit, times: 10), ordering: .relaxed)
                }
            }
            #expect(crashes.load(ordering: .relaxed) == 20)
            #expect(traffic.unexpected.isEmpty, "\(traffic.unexpected.prefix(3))")
            #expect(try machine.countedMessages() == traffic.messages)
            for name in Self.instances {
                #expect(eventually { machine.process(of: "postern-\(name).service") != nil })
                #expect(eventually { machine.journal(of: "postern-\(name).service").contains("ready, version") })
            }
            #expect(
                machine.journal(of: "postern-frontend.service").contains(
                    "throttle is up at /run/postern/throttle@2.sock"))
            #expect(machine.process(of: "postern-greylist.service") == nil)
        }
    }
}
