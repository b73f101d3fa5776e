import SuiteFixture
import Testing

extension WithSystemd {
    /// Secrets under systemd.
    @Suite struct SecretTests {
        private static let configuration =
            Machine.configuration + "srs: { domain: srs.example.com, secret-file: /etc/postern/srs.secret }\n"

        @Test func aSecretThatOnlyRootMayReadReachesItsServiceAlone() throws {
            let machine = try Machine(configuration: Self.configuration)
            try machine.write("a secret of this test\n", to: "/etc/postern/srs.secret", mode: 0o600)
            let reply = try #require(machine.lookUp("srs-forward", "anna@example.net"))
            #expect(reply.hasPrefix("OK SRS0=") && reply.hasSuffix("=example.net=anna@srs.example.com"), "\(reply)")
            let credential = "/run/credentials/postern-srs.service/srs.secret"
            #expect(machine.run("cat", credential).output == "a secret of this test\n")
            for user in ["postern-srs", "postern-frontend", "postern-greylist", "nobody"] {
                let file = machine.run("setpriv", Powers.of(user) + ["cat", "/etc/postern/srs.secret"])
                #expect(file.status == 1 && file.output.hasSuffix("Permission denied\n"), "\(user): \(file.output)")
                guard user != "postern-srs" else { continue }
                let passed = machine.run("setpriv", Powers.of(user) + ["cat", credential])
                #expect(passed.status == 1 && passed.output.hasSuffix("Permission denied\n"), "\(passed.output)")
            }
            #expect(!machine.run("journalctl", "--no-pager").output.contains("a secret of this test"))
        }

        /// The service has the copy of its start, and the command says so.
        @Test func aNewSecretTakesARestart() throws {
            let machine = try Machine(configuration: Self.configuration)
            try machine.write("a secret of this test\n", to: "/etc/postern/srs.secret", mode: 0o600)
            #expect(machine.lookUp("srs-forward", "anna@example.net")?.hasPrefix("OK SRS0=") == true)
            let added = machine.run("postern", "srs", "secret", "add")
            #expect(added.status == 0, "\(added.output)")
            #expect(added.output.contains("postern: srs still has other secrets: restart it\n"), "\(added.output)")
            try machine.require("systemctl", "restart", "postern-srs")
            let listed = try machine.require("postern", "srs", "secret", "list").split(separator: "\n")
            #expect(listed.count == 3 && listed.last?.contains("verifies") == true, "\(listed)")
            #expect(try machine.require("stat", "-c", "%U %a", "/etc/postern/srs.secret") == "root 600\n")
        }

        @Test func aMissingSecretIsToldByItsPath() throws {
            let machine = try Machine(configuration: Self.configuration)
            #expect(Socket(.unix(machine.path("/run/postern/srs.sock")))?.send("\n") == true)
            let fault =
                "/etc/postern/postern.yaml:10:46: srs.secret-file: "
                + "cannot read /etc/postern/srs.secret: No such file or directory"
            let unit = "postern-srs.service"
            #expect(eventually { machine.journal(of: unit).contains(fault) }, "\(machine.journal(of: unit))")
        }
    }
}
