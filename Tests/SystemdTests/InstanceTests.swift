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

        @Test(arguments: SharedStore.allCases) func oneInstanceMayBeKilledAgainAndAgain(on store: SharedStore) throws {
            let machine = try Self.machine(store)
            let crashes = Atomic(0)
            let traffic = try Traffic.flows(on: machine) {
                for unit in ["postern-throttle@2.service", "postern-greylist@1.service"] {
                    crashes.add(machine.crash(unit, times: 10), ordering: .relaxed)
                }
            }
            #expect(crashes.load(ordering: .relaxed) == 20)
            try verify(traffic, machine)
            #expect(
                machine.journal(of: "postern-frontend.service").contains(
                    "throttle is up at /run/postern/throttle@2.sock"))
            #expect(machine.process(of: "postern-greylist.service") == nil)
        }

        /// While a site is upgraded, an instance after the other, its services say different versions of themselves.
        @Test func anInstanceOfTheNextVersionServesBesideTheOthers() throws {
            let machine = try Self.machine(.sqlite)
            for name in ["greylist", "throttle"] {
                // The binary with another version in it.
                let next = "/usr/lib/postern-\(name).next"
                try machine.require(
                    "sh", "-c",
                    "sed 's/0\\.1\\.0/0.1.9/g' /usr/lib/postern/postern-\(name) >\(next) && chmod 755 \(next)")
                try machine.write(
                    "[Service]\nExecStart=\nExecStart=\(next)\n",
                    to: "/etc/systemd/system/postern-\(name)@2.service.d/next.conf")
            }
            try machine.require("systemctl", "daemon-reload")
            let traffic = try Traffic.flows(on: machine) {
                for name in ["throttle@2", "greylist@2"] {
                    machine.run("systemctl", "restart", "postern-\(name).service")
                }
                sleep(2)
            }
            try verify(traffic, machine)
            for name in ["throttle", "greylist"] {
                #expect(machine.journal(of: "postern-\(name)@1.service").contains("ready, version 0.1.0"))
                #expect(machine.journal(of: "postern-\(name)@2.service").contains("ready, version 0.1.9"))
            }
        }

        @Test func aReloadReachesEachInstance() throws {
            let machine = try Self.machine(.sqlite)
            let reloaded = try machine.require("postern", "reload").split(separator: "\n").map(String.init)
            let names = ["directory", "greylist@1", "greylist@2", "throttle@1", "throttle@2", "frontend"]
            for name in names { #expect(reloaded.contains("\(name): reloaded"), "\(reloaded)") }
            #expect(reloaded.last == "frontend: reloaded")
            #expect(machine.run("postern", "status", "greylist@2").status == 0)
        }

        private static func machine(_ store: SharedStore) throws -> Machine {
            let sockets = instances.flatMap { name in
                let parts = name.split(separator: "@")
                return ["postern-\(name).socket", "postern-\(parts[0])-admin@\(parts[1]).socket"]
            }
            let machine = try Machine(configuration: configuration + store.configuration, enabling: sockets)
            try machine.start(store)
            return machine
        }

        /// Nobody was refused, each message was counted once, and all instances have served.
        private func verify(_ traffic: Traffic, _ machine: Machine) throws {
            #expect(traffic.messages > 100)
            #expect(traffic.unexpected.isEmpty, "\(traffic.unexpected.prefix(3))")
            #expect(try machine.countedMessages() == traffic.messages)
            for name in Self.instances {
                #expect(eventually { machine.process(of: "postern-\(name).service") != nil })
                #expect(eventually { machine.journal(of: "postern-\(name).service").contains("ready, version") })
            }
        }
    }
}
