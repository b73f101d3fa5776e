import Glibc
import SuiteFixture
import Testing

extension WithSystemd {
    /// What becomes of a changed configuration, a good and a bad one.
    @Suite struct ReloadTests {
        private static let request = PolicyClient.request([
            "protocol_state": "RCPT", "client_address": "192.0.2.1", "sender": "anna@example.net",
            "recipient": "bob@example.com",
        ])

        private static func changed(_ message: String) -> String {
            Machine.configuration(greylist: "message: \(message)")
        }

        @Test func aReloadKeepsConnectionsAndABrokenFileTheOldConfiguration() throws {
            let machine = try Machine()
            let socket = try #require(Socket(machine.policy))
            func ask() -> String? { socket.send(Self.request) ? socket.receive(through: "\n\n") : nil }
            #expect(ask() == "action=451 4.7.1 Intentional policy rejection, please try again later\n\n")
            let units = ["postern-greylist.service", "postern-frontend.service"]
            let processes = units.map { machine.process(of: $0) }

            try machine.write(Self.changed("Come back later"), to: "/etc/postern/postern.yaml")
            for unit in units { try machine.require("systemctl", "reload", unit) }
            #expect(eventually { ask() == "action=451 4.7.1 Come back later\n\n" })

            try machine.write(Self.changed("Never") + "frontend: {}\n", to: "/etc/postern/postern.yaml")
            for unit in units {
                try machine.require("systemctl", "reload", unit)
                let fault =
                    "configuration not reloaded, the old one stays in force: "
                    + "/etc/postern/postern.yaml:12:1: "
                #expect(eventually { machine.journal(of: unit).contains(fault) }, "\(machine.journal(of: unit))")
                let status = "serving with the old configuration, the new one has a fault"
                #expect(eventually { machine.property("StatusText", of: unit) == status })
                #expect(machine.isActive(unit))
            }
            #expect(ask() == "action=451 4.7.1 Come back later\n\n")
            #expect(units.map { machine.process(of: $0) } == processes)
        }

        @Test func aServiceThatCannotStartSaysWhyAndStartsWhenTheFaultIsGone() throws {
            let machine = try Machine(configuration: Machine.configuration(greylist: "block-for: 15x"))
            let unit = "postern-greylist.service"
            let client = try #require(Socket(.unix(machine.path("/run/postern/greylist.sock"))))
            client.send(Self.request)
            let fault = "/etc/postern/postern.yaml:10:43: greylist.block-for: "
            #expect(eventually { machine.property("StatusText", of: unit).hasPrefix("cannot start: \(fault)") })
            #expect(machine.journal(of: unit).contains(fault))
            // No busy loop: a start each two seconds.
            usleep(5_000_000)
            #expect((1...4).contains(Int(machine.property("NRestarts", of: unit)) ?? 0))
            #expect(machine.property("Result", of: "postern-greylist.socket") == "success")

            try machine.write(Machine.configuration, to: "/etc/postern/postern.yaml")
            let reply = client.receive(through: "\n\n")
            #expect(reply == "action=451 4.7.1 Intentional policy rejection, please try again later\n\n")
        }
    }
}
