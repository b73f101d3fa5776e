import Glibc
import SuiteFixture
import Testing

extension WithSystemd {
    /// Sockets first, services when they are needed.
    @Suite struct StartTests {
        private static let services = ["directory", "frontend", "greylist", "reputation", "srs", "throttle"]

        private static func running(on machine: Machine) -> [String] {
            services.filter { machine.process(of: "postern-\($0).service") != nil }
        }

        @Test func eachServiceStartsWithItsFirstUseAndNotBefore() throws {
            let machine = try Machine()
            #expect(Self.running(on: machine) == [])
            let refused = machine.ask([
                "protocol_state": "RCPT", "client_address": "192.0.2.1", "sender": "anna@example.net",
                "recipient": "bob@example.com", "instance": "1a2b.673e0f11.5a3c2.0",
            ])
            #expect(refused == "451 4.7.1 Intentional policy rejection, please try again later")
            #expect(Self.running(on: machine) == ["directory", "frontend", "greylist"])
            let journal = machine.journal(of: "postern-frontend.service")
            #expect(journal.contains("postern/frontend["))
            #expect(
                journal.contains(
                    "action=451 4.7.1 Intentional policy rejection, please try again later, reason=new triplet, 900 s, "
                        + "check=greylist, client_name=, client_address=192.0.2.1, sender=anna@example.net, "
                        + "recipient=bob@example.com, sasl_username=, protocol_state=RCPT, recipient_count=, size=, "
                        + "instance=1a2b.673e0f11.5a3c2.0, "), "\(journal)")

            #expect(machine.lookUp("srs-forward", "anna@example.net") == "NOTFOUND ")
            #expect(Self.running(on: machine) == ["directory", "frontend", "greylist", "srs"])
            try machine.require("postern", "throttle", "list")
            try machine.require("postern", "status", "reputation")
            #expect(Self.running(on: machine) == Self.services)
            #expect(machine.run("systemctl", "is-system-running").output == "running\n")
        }

        @Test func theShippedConfigurationIsInstalledAndServes() throws {
            let shipped = contents(of: "\(Repository.path)/deploy/etc/postern.yaml")
            let machine = try Machine(configuration: shipped)
            #expect(try machine.require("cat", "/usr/share/doc/postern/examples/postern.yaml") == shipped)
            #expect(try machine.require("postern", "check", "--quiet") == "")
            let refused = machine.ask([
                "protocol_state": "RCPT", "client_address": "192.0.2.1", "sender": "anna@example.net",
                "recipient": "bob@example.com",
            ])
            #expect(refused == "451 4.7.1 Intentional policy rejection, please try again later")
            try machine.require("postern", "throttle", "list")
            try machine.require("postern", "srs", "exclude", "list")
            for name in ["greylist", "throttle", "srs"] {
                try machine.require("test", "-s", "/var/lib/postern/\(name)/\(name).db")
            }
        }

        @Test func theTargetRestartsServicesAndEndsEverything() throws {
            let machine = try Machine()
            try machine.require("postern", "status", "frontend")
            let first = try #require(machine.process(of: "postern-frontend.service"))
            let opened = machine.property("ActiveEnterTimestampMonotonic", of: "postern-frontend.socket")
            #expect(machine.run("bash", "-c", Self.askOverTCP).status != 0)

            try machine.require("systemctl", "enable", "postern-frontend-tcp.socket")
            try machine.require("systemctl", "restart", "postern.target")
            #expect(machine.run("bash", "-c", Self.askOverTCP).output == "action=DUNNO\n")
            let second = try #require(machine.process(of: "postern-frontend.service"))
            #expect(second != first)
            #expect(machine.property("ActiveEnterTimestampMonotonic", of: "postern-frontend.socket") == opened)

            try machine.require("systemctl", "stop", "postern.target")
            #expect(eventually { Self.running(on: machine) == [] })
            #expect(eventually { Socket(machine.policy) == nil })
            #expect(machine.run("bash", "-c", Self.askOverTCP).status != 0)
            #expect(machine.run("systemctl", "--failed", "--plain", "--no-legend").output == "")
            try machine.require("systemctl", "start", "postern.target")
            #expect(machine.ask(["protocol_state": "MAIL"]) == "DUNNO")
            try machine.require("systemctl", "disable", "--now", "postern.target")
            #expect(eventually { Socket(machine.policy) == nil })
            #expect(machine.run("ls", "/etc/systemd/system/postern.target.wants").output.contains("frontend-tcp"))
            #expect(!machine.run("ls", "/etc/systemd/system/postern.target.wants").output.contains("greylist"))
        }

        private static let askOverTCP = """
            exec 3<>/dev/tcp/127.0.0.1/7777 || exit 1
            printf 'request=smtpd_access_policy\\nprotocol_state=MAIL\\n\\n' >&3
            head -n 1 <&3
            """
    }
}
